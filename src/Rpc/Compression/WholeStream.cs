namespace Grpc.Net.Compression;

/// <summary>Decompressed data that fail at their end when the compressed ones were cut short.</summary>
internal sealed class WholeStream(Stream plain, StreamTrailer trailer) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">The data end before their end.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = plain.Read(buffer);
        trailer.Add(buffer[..read]);
        return read > 0 || buffer.IsEmpty || trailer.IsReached
            ? read
            : throw new InvalidDataException("The compressed data were cut short.");
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            plain.Dispose();
        }

        base.Dispose(disposing);
    }
}
