namespace Cairn.Repository;

/// <summary>
/// Compresses what is written to it into zstd frames one after the other, which every zstd reader takes as one stream. Only for writing, and not for concurrent use;
/// disposing writes what is left and leaves the destination open.
/// </summary>
public sealed class ZstdFrameStream : Stream
{
    private const int FrameBytes = 4 << 20;

    private readonly Stream destination;
    private readonly ZstdCompressor compressor;
    private readonly byte[] plain = new byte[FrameBytes];
    private readonly byte[] packed = new byte[FrameBytes + (FrameBytes >> 7) + 512];
    private int filled;

    /// <param name="destination">Where the frames go.</param>
    /// <param name="level">From 1 (fast) to 19 (small).</param>
    public ZstdFrameStream(Stream destination, int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 19);
        (this.destination, compressor) = (destination, new ZstdCompressor(level));
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, plain.Length - filled)];
            part.CopyTo(plain.AsSpan(filled));
            filled += part.Length;
            buffer = buffer[part.Length..];
            if (filled == plain.Length)
            {
                WriteFrame();
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Only the destination's own buffers: a frame ends where it is full.</summary>
    public override void Flush() => destination.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !compressor.IsClosed)
        {
            WriteFrame();
            compressor.Dispose();
        }

        base.Dispose(disposing);
    }

    private void WriteFrame()
    {
        if (filled > 0)
        {
            var length = compressor.TryCompress(plain.AsSpan(0, filled), packed);
            if (length == 0)
            {
                throw new IOException("libzstd could not compress a frame");
            }

            destination.Write(packed, 0, length);
            filled = 0;
        }
    }
}
