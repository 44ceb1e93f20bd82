using Cairn.Shared.Security;

namespace Cairn.Coordinator.Users;

/// <summary>
/// Which jobs a user sees: those that it asked for itself; all of them as an admin, or with the right <c>--all-jobs</c>.
/// </summary>
internal sealed class JobSight(UserTable users)
{
    /// <summary>The name whose jobs the caller may give up; null when it may give up everybody's. Seeing is not enough.</summary>
    public static string? CancelLimitOf(Caller caller) => caller.Role == Role.Admin ? null : caller.Name;

    /// <summary>The name whose jobs the caller is limited to; null when it sees all.</summary>
    public string? LimitOf(Caller caller) =>
        caller.Role == Role.Admin || users.Find(caller.Name)?.AllJobs == true ? null : caller.Name;
}
