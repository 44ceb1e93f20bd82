using Cairn.Shared.Security;

namespace Cairn.Coordinator.Users;

/// <summary>A user as the catalog holds it.</summary>
/// <param name="AllJobs">Whether the user sees jobs that others asked for; admins always do.</param>
/// <param name="CreatedBy">The admin who added it; the coordinator itself for the first one.</param>
/// <param name="Expires">When its token and its rights end; null for never.</param>
/// <param name="TokenHash">SHA-256 of the token; empty for a user that has only a certificate.</param>
internal sealed record UserRecord(
    string Name,
    Role Role,
    bool AllJobs,
    DateTimeOffset Created,
    string CreatedBy,
    DateTimeOffset? Expires,
    ReadOnlyMemory<byte> TokenHash)
{
    /// <summary>True when its time has passed.</summary>
    public bool HasExpired(DateTimeOffset now) => Expires <= now;
}
