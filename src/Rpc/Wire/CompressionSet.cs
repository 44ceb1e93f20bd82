using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>The encodings that one side knows, by name.</summary>
internal sealed class CompressionSet
{
    public const string Identity = "identity";
    private readonly Dictionary<string, ICompressionProvider> providers = new(StringComparer.Ordinal);

    /// <summary>gzip and deflate, and <paramref name="more"/>, which replace those of the same name.</summary>
    public CompressionSet(IEnumerable<ICompressionProvider>? more, CompressionLevel level = CompressionLevel.Fastest)
    {
        IEnumerable<ICompressionProvider> own = [new GzipCompressionProvider(level), new DeflateCompressionProvider(level)];
        foreach (var provider in own.Concat(more ?? []))
        {
            providers[provider.EncodingName] = provider;
        }

        AcceptEncoding = string.Join(',', providers.Keys.Prepend(Identity));
    }

    /// <summary>The value of <c>grpc-accept-encoding</c>.</summary>
    public string AcceptEncoding { get; }

    /// <summary>False when the encoding is not known; identity and none have no provider.</summary>
    public bool TryFind(string? encoding, out ICompressionProvider? provider)
    {
        provider = null;
        return string.IsNullOrEmpty(encoding) || encoding == Identity || providers.TryGetValue(encoding, out provider);
    }
}
