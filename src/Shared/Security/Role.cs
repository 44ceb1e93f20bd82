namespace Cairn.Shared.Security;

/// <summary>What a user may do; each role may do what the ones before it may.</summary>
public enum Role
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Runs backups and verifies them.</summary>
    Operator,

    /// <summary>Restores, deletes, and manages users, nodes and the certificate authority.</summary>
    Admin,
}
