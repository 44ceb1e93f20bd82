using Cairn.Shared.Errors;
using Google.Protobuf;

namespace Cairn.Shared.Security;

/// <summary>Decides about one call by its row in <see cref="AccessTable"/>. Everything that is not allowed is refused.</summary>
public static class AccessRules
{
    /// <summary>Why <paramref name="caller"/> may not make the call; null when it may.</summary>
    /// <param name="method">The full name of the method.</param>
    /// <param name="row">What the table says; null when it does not know the method.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="request">The one request message; null when there is a stream of them.</param>
    public static CairnException? Refusal(string method, AccessRow? row, Caller caller, object? request)
    {
        if (row is null)
        {
            return NotAllowed(method, caller, "nobody may");
        }

        if (row.Access is Access.Anyone or Access.JoinToken)
        {
            return null;
        }

        if (caller.Refusal is { } refused)
        {
            return refused.ToFailure();
        }

        return caller.Kind == CallerKind.Anonymous
            ? Missing(method)
            : row.Access switch
            {
                Access.Proven => null,
                Access.OwnNode => OwnNode(method, caller, request),
                Access.Coordinator => caller.Kind == CallerKind.Coordinator ? null : NotMyCoordinator(caller),
                Access.Viewer => NeedsRole(method, caller, Role.Viewer),
                Access.Operator => NeedsRole(method, caller, Role.Operator),
                Access.Admin => NeedsRole(method, caller, Role.Admin),
                _ => NotAllowed(method, caller, "nobody may"),
            };
    }

    /// <summary>The caller in words, e.g. "user alice".</summary>
    public static string Describe(Caller caller) => caller.Kind switch
    {
        CallerKind.Coordinator => $"coordinator {caller.Name}",
        CallerKind.Node => $"node {caller.Name}",
        CallerKind.User => $"user {caller.Name}",
        _ => "somebody without a credential",
    };

    private static CairnException? NeedsRole(string method, Caller caller, Role needed)
    {
        if (caller.Kind != CallerKind.User || caller.Role is not { } role)
        {
            return NotAllowed(method, caller, $"it takes a user of role {Word(needed)}");
        }

        return role >= needed ? null : NotAllowed(method, caller, $"it takes the role {Word(needed)}, not {Word(role)}");
    }

    private static CairnException? OwnNode(string method, Caller caller, object? request)
    {
        if (caller.Kind != CallerKind.Node)
        {
            return NotAllowed(method, caller, "only agents may");
        }

        var named = request is IMessage message
            ? message.Descriptor.FindFieldByName("node")?.Accessor.GetValue(message) as string
            : null;
        return named == caller.Name
            ? null
            : new CairnException(
                ErrorCode.WrongNode,
                $"the agent of node {caller.Name} spoke for another node in {Short(method)}",
                "give each agent the certificate of its own node, and see who uses this one",
                node: caller.Name,
                subject: caller.Name);
    }

    private static CairnException Missing(string method) => new(
        ErrorCode.CredentialMissing,
        $"{Short(method)} needs a credential, and none was shown",
        "give 'cairn' a credentials file (--credentials FILE, or CAIRN_CREDENTIALS); an admin makes one with 'cairn user add'");

    private static CairnException NotMyCoordinator(Caller caller) => new(
        ErrorCode.NotMyCoordinator,
        $"{Describe(caller)} is not the coordinator that this agent obeys",
        "ask the coordinator instead",
        subject: caller.Name);

    private static CairnException NotAllowed(string method, Caller caller, string why) => new(
        ErrorCode.NotAllowed,
        $"{Describe(caller)} may not call {Short(method)}: {why}",
        "ask somebody who may, or have an admin change it: 'cairn user list' shows the roles",
        subject: caller.Name.Length == 0 ? null : caller.Name);

    private static string Word(Role role) => role switch
    {
        Role.Viewer => "viewer",
        Role.Operator => "operator",
        Role.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "not a role"),
    };

    // "/cairn.v1.Coordinator/RunRestore" is for programs.
    private static string Short(string method) => method[(method.LastIndexOf('/') + 1)..];
}
