namespace Cairn.Shared.Security;

/// <summary>
/// <c>tls:</c> in a configuration file: certificates of the operator's own authority instead of those that the coordinator
/// issues. The files are read again when they change.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>Absolute path of the authority's certificates, PEM: roots, and intermediates where there are some. Required.</summary>
    public string Ca { get; set; } = "";

    /// <summary>Absolute path of this part's certificate, PEM, for server and client use. Required.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>Absolute path of its private key, PEM, readable by this user only. Required.</summary>
    public string Key { get; set; } = "";

    /// <summary>The name (DNS, else common name) in the coordinator's certificate. Required: nobody else is obeyed.</summary>
    public string CoordinatorName { get; set; } = "";

    /// <summary>Everything that is wrong with it, one sentence each.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (key, path) in new[] { ("ca", Ca), ("certificate", Certificate), ("key", Key) })
        {
            if (!Path.IsPathFullyQualified(path))
            {
                yield return $"tls.{key}: '{path}' is not an absolute path";
            }
            else if (!File.Exists(path))
            {
                yield return $"tls.{key}: there is no file {path}";
            }
        }

        if (CoordinatorName.Length == 0)
        {
            yield return "tls.coordinator-name: the name in the coordinator's certificate is required";
        }
    }
}
