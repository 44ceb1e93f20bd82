namespace Cairn.Shared.Security;

/// <summary>
/// A credential file as it is written: by the coordinator for its first admin, by <c>cairn user add</c>, or by hand. YAML;
/// readable by its owner only.
/// </summary>
public sealed class CredentialOptions
{
    /// <summary>The coordinator's address, <c>https://host:port</c>. Required.</summary>
    public string Address { get; set; } = "";

    /// <summary>The authority's certificates, PEM, or the absolute path of a file with them. Required.</summary>
    public string Ca { get; set; } = "";

    /// <summary>The name in the coordinator's certificate; only where the authority is the operator's own.</summary>
    public string CoordinatorName { get; set; } = "";

    /// <summary>The user that the credential is of, for people to see.</summary>
    public string User { get; set; } = "";

    /// <summary>The user's token; empty when a certificate is shown instead.</summary>
    public string Token { get; set; } = "";

    /// <summary>Absolute path of the user's certificate, PEM; empty for none.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>Absolute path of its key, PEM, readable by this user only.</summary>
    public string Key { get; set; } = "";
}
