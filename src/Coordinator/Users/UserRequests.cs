using Cairn.Coordinator.Identity;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Users;

/// <summary>What admins do with users, and what everybody may ask about himself.</summary>
internal sealed class UserRequests(UserTable users, Revocations revocations, TimeProvider time)
{
    // A century: beyond it a mistake is likelier than a wish.
    private static readonly TimeSpan LongestTtl = TimeSpan.FromDays(36_500);

    /// <summary>Adds a user and tells its token, this once.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.AlreadyExists"/>.</exception>
    public V1.UserToken Add(AddUserRequest request, Caller asker)
    {
        var name = Names.Require(request.Name, "user");
        var role = request.Role.ToRole();
        var token = UserToken.New(name);
        var now = time.GetUtcNow();
        var user = new UserRecord(
            name, role, request.AllJobs, now, asker.Name, Ends(request.TtlMs, now), UserToken.Hash(token));
        users.Add(user);
        return new V1.UserToken { User = user.ToMessage(), Token = token };
    }

    /// <summary>All users, by name.</summary>
    public ListUsersResponse List() => new() { Users = { users.All().Select(user => user.ToMessage()) } };

    /// <summary>Removes a user: its next call is refused.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownUser"/>, <see cref="ErrorCode.LastAdmin"/>.</exception>
    public User Remove(RemoveUserRequest request)
    {
        var removed = users.Remove(Names.Require(request.Name, "user"), time.GetUtcNow());
        revocations.RevokeUser(removed.Name);
        return removed.ToMessage();
    }

    /// <summary>Gives a user a new token instead of the old one, and tells it, this once.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownUser"/>, <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public V1.UserToken RotateToken(RotateUserTokenRequest request)
    {
        var name = Names.Require(request.Name, "user");
        var token = UserToken.New(name);
        var user = users.ReplaceToken(name, UserToken.Hash(token), Ends(request.TtlMs, time.GetUtcNow()));
        return new V1.UserToken { User = user.ToMessage(), Token = token };
    }

    /// <summary>As whom the caller is known.</summary>
    public WhoAmIResponse WhoAmI(Caller caller) => new()
    {
        Kind = caller.Kind.ToString().ToLowerInvariant(),
        Name = caller.Name,
        User = caller.Kind == CallerKind.User ? users.Find(caller.Name)?.ToMessage() : null,
        Address = caller.Address ?? "",
    };

    private static DateTimeOffset? Ends(long ttlMs, DateTimeOffset now)
    {
        if (ttlMs < 0 || ttlMs > LongestTtl.TotalMilliseconds)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, $"a token cannot be good for {ttlMs} ms", "give a time, or none for ever");
        }

        return ttlMs == 0 ? null : now + TimeSpan.FromMilliseconds(ttlMs);
    }
}
