using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>Appends blocks to the journal of one attempt. Nothing counts before <see cref="Sync"/>. Not for concurrent use.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly BlockCodec codec;
    private readonly SafeFileHandle handle;
    private readonly string path;
    private long length;

    private JournalWriter(string path, SafeFileHandle handle, BlockOwner owner, ChainSealing sealing) =>
        (this.path, this.handle, codec) = (path, handle, new BlockCodec(sealing, owner));

    /// <summary>Durable with its header when this returns.</summary>
    public static JournalWriter Create(RepositoryLayout.ChainLayout chain, BeginPoint spec, int attempt)
    {
        var path = chain.Journal(spec.Point, attempt);
        var journal = new JournalWriter(path, UnixFile.CreateNew(path, mode: 0x180), JournalFile.Owner(spec.Point, attempt), chain.Sealing);
        journal.Write(FilePreamble.Build(FileKind.Journal));
        journal.Append(BlockKind.PointHeader, PointHeaderFormat.Encode(spec));
        journal.Sync();
        DurableFile.SyncDirectory(chain.Journals);
        return journal;
    }

    public void Append(BlockKind kind, ReadOnlySpan<byte> plain) => Write(codec.Encode(kind, plain, length));

    public void Sync() => UnixFile.Sync(handle, path);

    public void Dispose()
    {
        handle.Dispose();
        codec.Dispose();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        UnixFile.Write(handle, bytes, length, path);
        length += bytes.Length;
    }
}
