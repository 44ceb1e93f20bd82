namespace Cairn.Repository;

/// <summary>
/// Makes what was appended durable while the copy goes on: first the packs, then the journal that names what is in them. One at a time: asking for the
/// next waits for the last.
/// </summary>
internal sealed class CopyCheckpoint(RepositoryLayout.ChainLayout chain, JournalWriter journal, IReadOnlyList<PackWriter> packs) : IAsyncDisposable
{
    private Task running = Task.CompletedTask;

    /// <param name="entryBlocks">Entry blocks whose segments are all appended to packs by now.</param>
    /// <param name="syncJournal">False when the caller goes on with the journal, and syncs it itself.</param>
    public async Task BeginAsync(IReadOnlyList<byte[]> entryBlocks, bool syncJournal)
    {
        await running;
        var unsynced = packs.SelectMany(p => p.TakeUnsynced()).ToList();
        running = Task.Run(() => Sync(unsynced, entryBlocks, syncJournal), CancellationToken.None);
    }

    public Task WhenDone() => running;

    public async ValueTask DisposeAsync() =>
        // A failure here is one that the copy has thrown already, or it was cancelled and journals less.
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Sync(IReadOnlyList<(PackWriter.PackFile File, bool IsFull)> unsynced, IReadOnlyList<byte[]> entryBlocks, bool syncJournal)
    {
        foreach (var (file, isFull) in unsynced)
        {
            file.Sync();
            if (isFull)
            {
                file.Dispose();
            }
        }

        DurableFile.SyncDirectory(chain.Packs);
        foreach (var block in entryBlocks)
        {
            journal.Append(BlockKind.Entries, block);
        }

        if (syncJournal)
        {
            journal.Sync();
        }
    }
}
