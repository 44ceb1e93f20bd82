namespace Cairn.Crash.Disk;

/// <summary>A file as programs see it, as it is surely on the disk, and the writes between the two.</summary>
internal sealed class DiskFile
{
    private readonly List<Edit> pending = [];
    private byte[] current;

    public DiskFile(byte[] content) => Durable = current = content;

    public ReadOnlySpan<byte> Current => current;

    public byte[] Durable { get; private set; }

    public IReadOnlyList<Edit> Pending => pending;

    public void Write(long offset, byte[] bytes) => Apply(new Edit(offset, bytes));

    public void Cut(long length) => Apply(new Edit(length, Bytes: null));

    public void Sync()
    {
        Durable = current;
        pending.Clear();
    }

    private void Apply(Edit edit)
    {
        pending.Add(edit);
        current = edit.ApplyTo(current);
    }

    /// <summary>Bytes written at an offset; without bytes, the length that the file got.</summary>
    internal readonly record struct Edit(long Offset, byte[]? Bytes)
    {
        public byte[] ApplyTo(byte[] content)
        {
            var length = Bytes is null ? Offset : Math.Max(content.Length, Offset + Bytes.Length);
            var changed = new byte[length];
            content.AsSpan(0, (int)Math.Min(content.Length, length)).CopyTo(changed);
            Bytes?.CopyTo(changed, Offset);
            return changed;
        }
    }
}
