using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Cairn.Repository;

/// <summary>
/// The source's entries, listed a little ahead of the copy on a thread of its own. It goes ahead of what cannot change any more only: behind a
/// mutable file the source is asked for more when that file has been read, because a source may end the database's backup mode then.
/// </summary>
internal sealed class EntryListing : IAsyncDisposable
{
    private const int PortionEntries = 256;
    private const int PortionsAhead = 32;

    private readonly Channel<List<SourceEntry>> listed = Channel.CreateBounded<List<SourceEntry>>(
        new BoundedChannelOptions(PortionsAhead) { SingleReader = true, SingleWriter = true });

    private readonly SemaphoreSlim read = new(0);
    private List<SourceEntry> portion = [];
    private readonly CancellationTokenSource stop;
    private readonly Task listing;

    private EntryListing(IAsyncEnumerable<SourceEntry> source, CancellationToken cancellationToken)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        listing = Task.Run(() => ListAsync(source, stop.Token), CancellationToken.None);
    }

    public static EntryListing Begin(IAsyncEnumerable<SourceEntry> source, CancellationToken cancellationToken) => new(source, cancellationToken);

    /// <summary>In the source's order; a failure of the source comes after the entries before it. To be read once.</summary>
    public async IAsyncEnumerable<SourceEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var portion in listed.Reader.ReadAllAsync(cancellationToken))
        {
            foreach (var entry in portion)
            {
                yield return entry;
            }

            if (MustBeReadFirst(portion[^1]))
            {
                read.Release();
            }
        }
    }

    /// <summary>Ends the listing where it stands.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await listing;
        stop.Dispose();
        read.Dispose();
    }

    private static bool MustBeReadFirst(SourceEntry entry) => entry is { Kind: EntryKind.File, Immutable: false };

    private async Task ListAsync(IAsyncEnumerable<SourceEntry> source, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await ListAllAsync(source, cancellationToken);
        }
        catch (Exception e)
        {
            // Whatever it is, it is thrown to whoever reads on, behind what was listed before it.
            failure = e;
        }

        try
        {
            await PassOnAsync(cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            failure ??= e;
        }

        listed.Writer.Complete(failure);
    }

    private async Task ListAllAsync(IAsyncEnumerable<SourceEntry> source, CancellationToken cancellationToken)
    {
        await using var entries = source.GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(entries, cancellationToken))
        {
            var entry = entries.Current;
            portion.Add(entry);
            if (portion.Count == PortionEntries || MustBeReadFirst(entry))
            {
                await PassOnAsync(cancellationToken);
            }

            if (MustBeReadFirst(entry))
            {
                await read.WaitAsync(cancellationToken);
            }
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<SourceEntry> entries, CancellationToken cancellationToken)
    {
        var next = entries.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next;
        }

        // What a source has given that takes its time is not held back.
        var later = next.AsTask();
        await Task.WhenAll(later, PassOnAsync(cancellationToken).AsTask());
        return await later;
    }

    private ValueTask PassOnAsync(CancellationToken cancellationToken)
    {
        if (portion.Count == 0)
        {
            return ValueTask.CompletedTask;
        }

        var full = portion;
        portion = new List<SourceEntry>(PortionEntries);
        return listed.Writer.WriteAsync(full, cancellationToken);
    }
}
