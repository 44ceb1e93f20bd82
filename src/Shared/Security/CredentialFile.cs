using System.Text;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Security;

/// <summary>Reads and writes credential files.</summary>
public static class CredentialFile
{
    private const string PemBegin = "-----BEGIN";

    /// <summary>Reads a credential.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.ConfigurationInvalid"/>; <see cref="ErrorCode.KeyExposed"/> when others may read it.
    /// </exception>
    public static CredentialOptions Read(string path)
    {
        if (SecretFiles.Read(path) is null)
        {
            throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                $"there is no credential file '{path}'",
                "name another with --credentials, or copy the one that the coordinator made (credentials/admin.yaml in its state)",
                subject: path);
        }

        var problems = new List<string>();
        var options = YamlFile.Read<CredentialOptions>(path, problems) ?? new CredentialOptions();
        if (options.Address.Length == 0)
        {
            problems.Add($"{path}: address: the coordinator's address is required");
        }

        if (options.Ca.Length == 0)
        {
            problems.Add($"{path}: ca: the authority's certificate is required");
        }

        if ((options.Certificate.Length == 0) != (options.Key.Length == 0))
        {
            problems.Add($"{path}: certificate and key belong together");
        }

        return problems.Count == 0
            ? options
            : throw new CairnException(
                ErrorCode.ConfigurationInvalid, string.Join("; ", problems), $"mend {path}", subject: path);
    }

    /// <summary>Writes a credential, mode 0600; what was there is replaced.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InputOutput"/>.</exception>
    public static void Write(string path, CredentialOptions credential)
    {
        var text = new StringBuilder("# A credential of Cairn. Whoever can read this file is its user.\n");
        Add(text, "address", credential.Address);
        Add(text, "user", credential.User);
        Add(text, "token", credential.Token);
        Add(text, "coordinator-name", credential.CoordinatorName);
        Add(text, "certificate", credential.Certificate);
        Add(text, "key", credential.Key);
        text.Append("ca: |\n");
        foreach (var line in credential.Ca.TrimEnd().Split('\n'))
        {
            text.Append("  ").Append(line).Append('\n');
        }

        SecretFiles.Publish(path, text.ToString());
    }

    /// <summary>The authority's certificates of a credential, PEM.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InputOutput"/>: the file that it names cannot be read.</exception>
    public static string CaOf(CredentialOptions credential) =>
        credential.Ca.Contains(PemBegin, StringComparison.Ordinal) ? credential.Ca : SecretFiles.ReadPublic(credential.Ca.Trim());

    // Single-quoted, so that nothing in it is YAML.
    private static void Add(StringBuilder text, string key, string value)
    {
        if (value.Length > 0)
        {
            text.Append(key).Append(": '").Append(value.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        }
    }
}
