using Cairn.Shared.Errors;
using Microsoft.Extensions.Logging;

namespace Cairn.Shared.Security;

/// <summary>Writes refusals into the log: what an agent does, which has no audit log of its own.</summary>
public sealed class LoggedAccessWatch(ILogger<LoggedAccessWatch> logger) : IAccessWatch
{
    /// <inheritdoc/>
    public ValueTask RefusedAsync(
        Caller caller, string method, CairnException refusal, CancellationToken cancellationToken)
    {
        AccessLog.Refused(logger, method, AccessRules.Describe(caller), caller.Address ?? "-", refusal.Code.WireName());
        return ValueTask.CompletedTask;
    }
}
