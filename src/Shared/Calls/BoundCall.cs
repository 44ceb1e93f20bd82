using Grpc.Core;

namespace Cairn.Shared.Calls;

/// <summary>A call's options, bound to the call that it is made for; owns what ties the two together.</summary>
internal sealed class BoundCall : IDisposable
{
    private readonly CancellationTokenSource? tie;

    private BoundCall(CallOptions options, CancellationTokenSource? tie)
    {
        Options = options;
        this.tie = tie;
    }

    public CallOptions Options { get; }

    /// <summary>Binds <paramref name="options"/> to <paramref name="served"/>; to nothing when that is null.</summary>
    public static BoundCall To(ServedCall? served, CallOptions options)
    {
        if (served is null)
        {
            return new BoundCall(options, tie: null);
        }

        if (served.Deadline < (options.Deadline ?? DateTime.MaxValue))
        {
            options = options.WithDeadline(served.Deadline);
        }

        var (own, caller) = (options.CancellationToken, served.CancellationToken);
        if (own == caller || !caller.CanBeCanceled)
        {
            return new BoundCall(options, tie: null);
        }

        if (!own.CanBeCanceled)
        {
            return new BoundCall(options.WithCancellationToken(caller), tie: null);
        }

        var tie = CancellationTokenSource.CreateLinkedTokenSource(own, caller);
        return new BoundCall(options.WithCancellationToken(tie.Token), tie);
    }

    /// <summary>Unties when <paramref name="response"/> is there, well or not.</summary>
    public void ReleaseAfter(Task response)
    {
        if (tie is not null)
        {
            _ = response.ContinueWith(
                static (_, state) => ((CancellationTokenSource)state!).Dispose(),
                tie,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>Ends a stream and unties it.</summary>
    public void End(IDisposable call)
    {
        call.Dispose();
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => tie?.Dispose();
}
