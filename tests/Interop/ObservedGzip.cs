using System.IO.Compression;
using Grpc.Net.Compression;

namespace Interop;

/// <summary>
/// The encoding gzip, which remembers that a received message was compressed: no part of the call shows it. Tells calls
/// apart only when they come one after the other.
/// </summary>
internal sealed class ObservedGzip : ICompressionProvider
{
    private readonly GzipCompressionProvider gzip = new(CompressionLevel.Fastest);
    private int hasInflated;

    public string EncodingName => gzip.EncodingName;

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        gzip.CreateCompressionStream(stream, compressionLevel);

    public Stream CreateDecompressionStream(Stream stream)
    {
        Interlocked.Exchange(ref hasInflated, 1);
        return gzip.CreateDecompressionStream(stream);
    }

    /// <summary>Whether a compressed message came since this was asked last.</summary>
    public bool TakeHasInflated() => Interlocked.Exchange(ref hasInflated, 0) == 1;
}
