using System.Globalization;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Audit;

/// <summary>
/// Runs what changes something, whichever way it was asked: that it was asked is written before it runs, so that nothing is done that the log
/// does not know of; and then how it ended. Comes after the access check.
/// </summary>
internal sealed class AuditedCalls(AuditLog log, ILogger<AuditedCalls> logger)
{
    // Names and ids, as requests and answers call them. What is not here, a token above all, is never written.
    private static readonly string[] Told =
    [
        "cluster", "name", "node", "user", "role", "all_jobs", "point", "point_id", "job_id", "restore_job_id", "plan_hash", "engine",
        "address", "kind", "lock_id",
    ];

    /// <summary>Runs a call, audited when <see cref="AccessTable"/> says that its method changes something.</summary>
    public async Task<TResponse> RunAsync<TResponse>(Caller caller, string method, object? request, Func<Task<TResponse>> run)
    {
        if (AccessTable.Find(method) is not { Changes: true })
        {
            return await run();
        }

        var subject = Subject(request);
        var asked = log.Append(AuditKind.Asked, Who(caller), caller.Address, method, subject, outcome: "");
        try
        {
            var response = await run();
            Answer(caller, method, Subject(response), "ok", asked);
            return response;
        }
        catch (Exception failure)
        {
            var outcome = failure is CairnException known ? known.Code.WireName() : ErrorCode.Internal.WireName();
            Answer(caller, method, subject, outcome, asked);
            throw;
        }
    }

    /// <summary>The caller as the log names it, e.g. "user alice"; empty for somebody who proved nothing.</summary>
    public static string Who(Caller caller) =>
        caller.Kind == CallerKind.Anonymous ? "" : AccessRules.Describe(caller);

    /// <summary>What a message is about, in the names, ids and rights that it holds.</summary>
    public static string Subject(object? message) => message is IMessage known
        ? string.Join(' ', known.Descriptor.Fields.InDeclarationOrder()
            .Where(field => !field.IsRepeated && Told.Contains(field.Name))
            .Select(field => (field.Name, Value: Text(field, known)))
            .Where(field => field.Value.Length > 0)
            .Select(field => $"{field.Name}={field.Value}"))
        : "";

    // What is not set is not told. Of an enum's USER_ROLE_ADMIN the last word is enough.
    private static string Text(FieldDescriptor field, IMessage message) => (field.FieldType, field.Accessor.GetValue(message)) switch
    {
        (FieldType.String, string text) => text,
        (FieldType.Bool, true) => "true",
        (FieldType.Enum, { } value) when Convert.ToInt32(value, CultureInfo.InvariantCulture) is var number and not 0 =>
            field.EnumType.FindValueByNumber(number)?.Name.Split('_')[^1].ToLowerInvariant()
            ?? number.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    // The change is made, or was refused; that cannot be taken back because the log could not be written.
    private void Answer(Caller caller, string method, string subject, string outcome, long asked)
    {
        try
        {
            log.Append(AuditKind.Answered, Who(caller), caller.Address, method, subject, outcome, asked);
        }
        catch (CairnException failure)
        {
            AuditNotes.NotAnswered(logger, method, Who(caller), failure.Message);
        }
    }
}
