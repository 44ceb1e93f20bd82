using Cairn.Shared.Security;

namespace Cairn.Coordinator.Users;

/// <summary>
/// Makes the user <c>admin</c> when there is no user at all, so that a first start needs nothing to be configured. Its
/// credentials are written before the user counts: a crash in between is made good by the next start.
/// </summary>
internal sealed class FirstAdmin(UserTable users, TimeProvider time)
{
    /// <summary>The first user's name.</summary>
    public const string Name = "admin";

    /// <summary>
    /// Calls <paramref name="write"/> with the name and the token when the user has to be made; that must make the
    /// credentials durable and readable to the owner only.
    /// </summary>
    public void Ensure(Action<string, string> write)
    {
        if (users.All().Count > 0)
        {
            return;
        }

        var token = UserToken.New(Name);
        write(Name, token);
        users.Add(new UserRecord(
            Name,
            Role.Admin,
            AllJobs: true,
            time.GetUtcNow(),
            CreatedBy: "the coordinator, at its first start",
            Expires: null,
            UserToken.Hash(token)));
    }
}
