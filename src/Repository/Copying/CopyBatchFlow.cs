using System.Threading.Channels;

namespace Cairn.Repository;

/// <summary>
/// The way of the batches: from the reader to any packer and, in order, to the appender, and back. A fixed number of batches bounds the memory: when
/// all are on their way, the reader waits.
/// </summary>
internal sealed class CopyBatchFlow(int maxBatches) : IDisposable
{
    private readonly Channel<CopyBatch> free = Channel.CreateBounded<CopyBatch>(maxBatches);
    private readonly Channel<CopyBatch> toPack = Channel.CreateBounded<CopyBatch>(maxBatches);
    private readonly Channel<CopyBatch> inOrder = Channel.CreateBounded<CopyBatch>(maxBatches);
    private readonly List<CopyBatch> made = [];
    private volatile bool isAllRead;

    public IAsyncEnumerable<CopyBatch> ToPackAsync(CancellationToken cancellationToken) => toPack.Reader.ReadAllAsync(cancellationToken);

    public IAsyncEnumerable<CopyBatch> InOrderAsync(CancellationToken cancellationToken) => inOrder.Reader.ReadAllAsync(cancellationToken);

    public ValueTask<CopyBatch> RentAsync(CancellationToken cancellationToken)
    {
        if (free.Reader.TryRead(out var batch))
        {
            return ValueTask.FromResult(batch);
        }

        if (made.Count < maxBatches)
        {
            made.Add(new CopyBatch());
            return ValueTask.FromResult(made[^1]);
        }

        return free.Reader.ReadAsync(cancellationToken);
    }

    public async ValueTask DispatchAsync(CopyBatch batch, CancellationToken cancellationToken)
    {
        await inOrder.Writer.WriteAsync(batch, cancellationToken);
        await toPack.Writer.WriteAsync(batch, cancellationToken);
    }

    public void CompleteReading()
    {
        isAllRead = true;
        inOrder.Writer.Complete();
        toPack.Writer.Complete();
    }

    public ValueTask ReturnAsync(CopyBatch batch, CancellationToken cancellationToken)
    {
        // Nobody asks for it again: its memory goes while others still work.
        if (isAllRead)
        {
            batch.Dispose();
            return ValueTask.CompletedTask;
        }

        batch.Clear();
        return free.Writer.WriteAsync(batch, cancellationToken);
    }

    /// <summary>When no stage runs any more: gives the memory back.</summary>
    public void Dispose() => made.ForEach(batch => batch.Dispose());
}
