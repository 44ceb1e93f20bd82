namespace Cairn.Repository;

/// <summary>
/// Gathers pieces of one file that lie side by side, so that many small ones are one write. Each worker has one: not for concurrent use.
/// </summary>
internal sealed class WriteRun : IDisposable
{
    private const int Capacity = 1 << 20;

    private readonly UnmanagedBuffer buffer = new(Capacity);
    private RestoredFile? file;
    private long start;
    private int used;
    private int pieces;

    /// <summary>Takes a piece over, with the hold on its file; what it is not adjacent to is written before.</summary>
    public void Add(RestoredFile of, long offset, ReadOnlySpan<byte> bytes)
    {
        if (of != file || offset != start + used || bytes.Length > Capacity - used)
        {
            Flush();
        }

        if (bytes.Length > Capacity / 2)
        {
            of.Write(bytes, offset);
            of.Release();
            return;
        }

        if (file is null)
        {
            (file, start) = (of, offset);
        }

        bytes.CopyTo(buffer.Span[used..]);
        used += bytes.Length;
        pieces++;
    }

    /// <summary>Writes what was gathered, and gives the holds back.</summary>
    public void Flush()
    {
        if (file is not { } written)
        {
            return;
        }

        written.Write(buffer.Span[..used], start);
        for (; pieces > 0; pieces--)
        {
            written.Release();
        }

        (file, used) = (null, 0);
    }

    /// <summary>After a failure the file that was gathered for is closed and not finished.</summary>
    public void Dispose()
    {
        file?.Abandon();
        buffer.Dispose();
    }
}
