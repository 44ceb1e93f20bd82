using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>The options of one call. A value; the <c>With</c> methods return changed copies.</summary>
public struct CallOptions
{
    /// <summary>Options for a call.</summary>
    /// <param name="headers">Request headers.</param>
    /// <param name="deadline">When the call ends at the latest, in UTC; null for never.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="writeOptions">How messages are written.</param>
    /// <param name="propagationToken">What the call takes over from the one it is made for.</param>
    /// <param name="credentials">Credentials for this call, besides the channel's.</param>
    [SuppressMessage("Design", "CA1068", Justification = "Generated stubs call it with the parameters in this order.")]
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
    }

    /// <summary>Request headers; null for none.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When the call ends at the latest, in UTC; null for never.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>How messages are written.</summary>
    public WriteOptions? WriteOptions { get; private set; }

    /// <summary>What the call takes over from the one it is made for.</summary>
    public ContextPropagationToken? PropagationToken { get; private set; }

    /// <summary>Credentials for this call, besides the channel's.</summary>
    public CallCredentials? Credentials { get; private set; }

    /// <summary>Whether the call may wait for a connection instead of failing at once.</summary>
    public bool IsWaitForReady { get; private set; }

    /// <summary>A copy with other headers.</summary>
    public readonly CallOptions WithHeaders(Metadata headers)
    {
        var copy = this;
        copy.Headers = headers;
        return copy;
    }

    /// <summary>A copy with another deadline, in UTC.</summary>
    public readonly CallOptions WithDeadline(DateTime deadline)
    {
        var copy = this;
        copy.Deadline = deadline;
        return copy;
    }

    /// <summary>A copy with another token.</summary>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken)
    {
        var copy = this;
        copy.CancellationToken = cancellationToken;
        return copy;
    }

    /// <summary>A copy with other write options.</summary>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions)
    {
        var copy = this;
        copy.WriteOptions = writeOptions;
        return copy;
    }

    /// <summary>A copy with another propagation token.</summary>
    public readonly CallOptions WithPropagationToken(ContextPropagationToken propagationToken)
    {
        var copy = this;
        copy.PropagationToken = propagationToken;
        return copy;
    }

    /// <summary>A copy with other credentials.</summary>
    public readonly CallOptions WithCredentials(CallCredentials credentials)
    {
        var copy = this;
        copy.Credentials = credentials;
        return copy;
    }

    /// <summary>A copy that waits for a connection, or not.</summary>
    public readonly CallOptions WithWaitForReady(bool waitForReady = true)
    {
        var copy = this;
        copy.IsWaitForReady = waitForReady;
        return copy;
    }
}
