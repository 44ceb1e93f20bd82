using Cairn.Shared.Errors;

namespace Cairn.Shared.Security;

/// <summary>Is told of every call that was refused for who made it. May be called concurrently.</summary>
public interface IAccessWatch
{
    /// <summary>The call is refused; the answer waits for this to end, and is a failure of its own if this throws.</summary>
    ValueTask RefusedAsync(Caller caller, string method, CairnException refusal, CancellationToken cancellationToken);
}
