using System.Runtime.ExceptionServices;

namespace Cairn.Repository;

/// <summary>Runs the stages of a pipeline side by side; the first that fails stops the others, and its failure is the one thrown.</summary>
internal sealed class StageRunner(CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private ExceptionDispatchInfo? first;

    public async Task RunAsync(IEnumerable<Func<CancellationToken, Task>> stages)
    {
        await Task.WhenAll(stages.Select(stage => Task.Run(() => RunStageAsync(stage), CancellationToken.None)));
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();
    }

    public void Dispose() => stop.Dispose();

    private async Task RunStageAsync(Func<CancellationToken, Task> stage)
    {
        try
        {
            await stage(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped by the caller or by another stage's failure, which is thrown instead.
        }
        catch (Exception e)
        {
            // The top of a stage: whatever it is, the others must stop; RunAsync throws it.
            Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null);
            await stop.CancelAsync();
        }
    }
}
