using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Users;

/// <summary>Users as they are told to people and scripts.</summary>
internal static class UserMessages
{
    /// <summary>The user, without anything of its token.</summary>
    public static User ToMessage(this UserRecord user) => new()
    {
        Name = user.Name,
        Role = user.Role switch
        {
            Role.Viewer => UserRole.Viewer,
            Role.Operator => UserRole.Operator,
            Role.Admin => UserRole.Admin,
            _ => UserRole.Unspecified,
        },
        AllJobs = user.AllJobs || user.Role == Role.Admin,
        Created = Timestamp.FromDateTimeOffset(user.Created),
        CreatedBy = user.CreatedBy,
        Expires = user.Expires is { } expires ? Timestamp.FromDateTimeOffset(expires) : null,
    };

    /// <summary>The role that a request names.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when it names none.</exception>
    public static Role ToRole(this UserRole role) => role switch
    {
        UserRole.Viewer => Role.Viewer,
        UserRole.Operator => Role.Operator,
        UserRole.Admin => Role.Admin,
        _ => throw new CairnException(
            ErrorCode.InvalidRequest, $"there is no role {(int)role}", "use viewer, operator or admin"),
    };
}
