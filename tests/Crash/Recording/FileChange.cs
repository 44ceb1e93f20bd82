namespace Cairn.Crash.Recording;

/// <summary>One system call that changed the disk, in the order in which the kernel saw them.</summary>
internal abstract record FileChange
{
    public sealed record Opened(string Path, int Handle) : FileChange;

    public sealed record Wrote(int Handle, long Offset, byte[] Bytes) : FileChange
    {
        public override string ToString() => $"Wrote {Bytes.Length} bytes at {Offset} to handle {Handle}";
    }

    public sealed record Cut(int Handle, long Length) : FileChange;

    public sealed record SyncedFile(int Handle) : FileChange;

    public sealed record SyncedDirectory(string Path) : FileChange;

    public sealed record SyncedAll : FileChange;

    public sealed record MadeDirectory(string Path) : FileChange;

    public sealed record Renamed(string From, string To) : FileChange;

    public sealed record Unlinked(string Path) : FileChange;

    public sealed record RemovedDirectory(string Path) : FileChange;

    /// <summary>No change: here the caller was told that what it asked for is done.</summary>
    public sealed record Acknowledged : FileChange;
}
