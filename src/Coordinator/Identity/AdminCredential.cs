using Cairn.Coordinator.Configuration;
using Cairn.Shared.Security;

namespace Cairn.Coordinator.Identity;

/// <summary>
/// The first admin's credential file in the state directory, <c>credentials/admin.yaml</c>: whoever may read it there can
/// begin at once.
/// </summary>
internal sealed class AdminCredential(CoordinatorSettings settings, CoordinatorIdentity identity)
{
    private const string DirectoryName = "credentials";
    private const string FileName = "admin.yaml";

    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.Combine(settings.StateDirectory, DirectoryName, FileName);

    /// <summary>Writes it for a user who was just made.</summary>
    public void Write(string user, string token, string url) => Publish(new CredentialOptions { User = user, Token = token }, url);

    /// <summary>Brings address and authority up to date, unless somebody took the file away; whose credential it is stays.</summary>
    public void Refresh(string url)
    {
        if (SecretFiles.Read(Path) is not null)
        {
            Publish(CredentialFile.Read(Path), url);
        }
    }

    private void Publish(CredentialOptions credential, string url)
    {
        SecretFiles.EnsureDirectory(System.IO.Path.GetDirectoryName(Path)!);
        CredentialFile.Write(Path, new CredentialOptions
        {
            Address = url,
            Ca = identity.CaPem,
            CoordinatorName = identity.CoordinatorName ?? "",
            User = credential.User,
            Token = credential.Token,
            Certificate = credential.Certificate,
            Key = credential.Key,
        });
    }
}
