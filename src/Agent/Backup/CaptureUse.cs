using Cairn.Agent.Journal;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Backup;

/// <summary>
/// A capture in use: while one is open the lease does not run out. Age and free space still end it, which
/// <see cref="Lost"/> tells.
/// </summary>
internal sealed class CaptureUse(CaptureHold hold, string node) : IDisposable
{
    private int open = 1;

    /// <summary>What is held.</summary>
    public CaptureRecord Record => hold.Record;

    /// <summary>Cancelled when the capture ends under the user's hands.</summary>
    public CancellationToken Lost => hold.Lost.Token;

    /// <summary>Runs <paramref name="work"/>, and fails as <see cref="ErrorCode.CaptureLost"/> when the capture ends meanwhile.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Lost);
        try
        {
            return await work(either.Token);
        }
        catch (Exception failure) when (Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Also when it failed by reading what was just removed.
            throw CaptureDesk.LostFailure(node, hold.Record.JobId, hold.LostReason, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref open, 0) == 1)
        {
            hold.Leave();
        }
    }
}
