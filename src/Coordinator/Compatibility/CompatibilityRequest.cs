using Cairn.Shared.Errors;
using Microsoft.AspNetCore.Http;

namespace Cairn.Coordinator.Compatibility;

/// <summary>
/// A request as existing scripts make it: <c>POST /debug/ctrl?mod=backup|backup_status|abort_backup</c> or <c>POST /backup/run|status|abort</c> with parameters
/// in the query. What is unknown, given twice or means something that is not done is refused, never ignored.
/// </summary>
/// <param name="Incremental">isInc; null when it is not given.</param>
/// <param name="BackupPath">backupPath; empty when it is not given.</param>
/// <param name="Databases">dbs.</param>
/// <param name="User">u.</param>
/// <param name="Password">p: the user's token.</param>
internal sealed record CompatibilityRequest(
    CompatibilityAction Action, bool? Incremental, string BackupPath, IReadOnlyList<string> Databases, string User, string Password)
{
    private static readonly string[] OfAll = ["u", "p"];
    private static readonly string[] OfRun = ["isInc", "isNode", "backupPath", "isRemote", "dbs", "backupMeta", .. OfAll];

    /// <summary>What is asked; null for a path that is not one of these.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>, with the reason.</exception>
    public static CompatibilityRequest? Read(HttpRequest request)
    {
        if (ActionOf(request) is not { } action)
        {
            return null;
        }

        if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            throw Invalid("there is a body", "give all parameters in the query");
        }

        var known = action == CompatibilityAction.Run ? OfRun : OfAll;
        var isControl = IsControl(request);
        foreach (var (name, values) in request.Query)
        {
            if (!(isControl && name == "mod") && !known.Contains(name, StringComparer.Ordinal))
            {
                throw Invalid($"the parameter '{Show(name)}' is unknown here", $"the parameters are {string.Join(", ", known)}");
            }

            if (values.Count != 1)
            {
                throw Invalid($"the parameter '{name}' is given {values.Count} times", "give it once");
            }
        }

        RefuseTrue(request, "isRemote", "a backup goes into the repository of each node's own host");
        if (Flag(request, "backupMeta") == false)
        {
            throw Invalid("backupMeta=false: a point without the cluster's metadata could not be restored", "leave it out");
        }

        // isNode needs no look beyond its spelling: a point is always of the whole cluster, so whichever node a script means is in it.
        _ = Flag(request, "isNode");
        return new CompatibilityRequest(
            action,
            Flag(request, "isInc"),
            Text(request, "backupPath"),
            Text(request, "dbs").Split(',', StringSplitOptions.RemoveEmptyEntries),
            Text(request, "u"),
            Text(request, "p"));
    }

    private static CompatibilityAction? ActionOf(HttpRequest request) => request.Path.Value switch
    {
        "/backup/run" => CompatibilityAction.Run,
        "/backup/status" => CompatibilityAction.Status,
        "/backup/abort" => CompatibilityAction.Abort,
        _ when !IsControl(request) => null,
        _ => Text(request, "mod") switch
        {
            "backup" => CompatibilityAction.Run,
            "backup_status" => CompatibilityAction.Status,
            "abort_backup" => CompatibilityAction.Abort,
            var other => throw Invalid($"mod '{Show(other)}' is not answered here", "backup, backup_status and abort_backup are; all else is the database's own business"),
        },
    };

    private static bool IsControl(HttpRequest request) => request.Path.Value == "/debug/ctrl";

    private static string Text(HttpRequest request, string name) => request.Query[name].ToString();

    private static bool? Flag(HttpRequest request, string name) => Text(request, name) switch
    {
        "" when !request.Query.ContainsKey(name) => null,
        "true" => true,
        "false" => false,
        var other => throw Invalid($"{name}={Show(other)} is neither true nor false", "write true or false, in small letters"),
    };

    private static void RefuseTrue(HttpRequest request, string name, string why)
    {
        if (Flag(request, name) == true)
        {
            throw Invalid($"{name}=true: {why}", "leave it out");
        }
    }

    private static string Show(string text) => new([.. text.Take(40).Where(c => !char.IsControl(c))]);

    private static CairnException Invalid(string message, string wayOut) => new(ErrorCode.InvalidRequest, message, wayOut);
}
