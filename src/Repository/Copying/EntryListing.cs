using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Cairn.Repository;

/// <summary>
/// The source's entries, listed a little ahead of the copy on a thread of its own. It goes ahead of what cannot change any more only: behind a
/// mutable file the source is asked for more when that file has been read, because a source may end the database's backup mode then.
/// </summary>
internal sealed class EntryListing : IAsyncDisposable
{
    private const int Ahead = 1024;

    private readonly Channel<SourceEntry> listed = Channel.CreateBounded<SourceEntry>(
        new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });

    private readonly SemaphoreSlim read = new(0);
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
        await foreach (var entry in listed.Reader.ReadAllAsync(cancellationToken))
        {
            yield return entry;
            if (MustBeReadFirst(entry))
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
        try
        {
            await foreach (var entry in source.WithCancellation(cancellationToken))
            {
                await listed.Writer.WriteAsync(entry, cancellationToken);
                if (MustBeReadFirst(entry))
                {
                    await read.WaitAsync(cancellationToken);
                }
            }

            listed.Writer.Complete();
        }
        catch (Exception failure)
        {
            // Whatever it is, it is thrown to whoever reads on.
            listed.Writer.Complete(failure);
        }
    }
}
