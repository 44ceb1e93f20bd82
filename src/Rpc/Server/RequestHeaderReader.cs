using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>Reads what the headers of a request say about the call.</summary>
internal static class RequestHeaderReader
{
    /// <summary>The time that the client gives; null for no end.</summary>
    /// <exception cref="RpcException">INTERNAL: the header cannot be read.</exception>
    public static TimeSpan? ReadTimeout(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(HeaderNames.Timeout, out var values))
        {
            return null;
        }

        return values.Count == 1 && TimeoutCodec.TryParse(values[0], out var timeout)
            ? timeout
            : throw WireErrors.Internal("The header grpc-timeout cannot be read.");
    }

    /// <exception cref="RpcException">INTERNAL: a binary value cannot be decoded.</exception>
    public static Metadata ReadMetadata(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                if (!MetadataCodec.TryAdd(metadata, name, value ?? string.Empty))
                {
                    throw WireErrors.Internal($"The value of metadata '{name}' is not base64.");
                }
            }
        }

        return metadata;
    }
}
