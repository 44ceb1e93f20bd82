using Cairn.Shared.Errors;
using Cairn.Shared.Security;

namespace Cairn.Cli.CommandLine;

/// <summary>Writes what is told once to a file that was not there, readable by its owner only.</summary>
internal static class NewSecretFile
{
    /// <summary>Refuses a file that is there, before anything is asked for that could not be told again.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AlreadyExists"/>.</exception>
    public static void RequireAbsent(string path)
    {
        if (Path.Exists(path))
        {
            throw new CairnException(
                ErrorCode.AlreadyExists, $"'{path}' is there already", "name a file that is not", subject: path);
        }
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InputOutput"/>.</exception>
    public static void Write(string path, string content) => SecretFiles.Publish(Path.GetFullPath(path), content);
}
