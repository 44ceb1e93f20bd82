using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Metadata entries as HTTP headers and back.</summary>
internal static class MetadataCodec
{
    /// <summary>Adds one header of the wire; false when its value is bytes and cannot be decoded.</summary>
    public static bool TryAdd(Metadata target, string name, string value)
    {
        if (HeaderNames.IsReserved(name) || !MetadataKey.IsLegal(name))
        {
            return true;
        }

        if (!MetadataKey.IsBinary(name))
        {
            target.Add(name, value);
            return true;
        }

        // Several values may come joined in one header. Each is decoded by itself.
        var isDecoded = true;
        foreach (var range in value.AsSpan().Split(','))
        {
            if (BinaryValueCodec.TryDecode(value.AsSpan()[range], out var bytes))
            {
                target.Add(name, bytes);
            }
            else
            {
                isDecoded = false;
            }
        }

        return isDecoded;
    }

    /// <summary>The entries that go on the wire, as names and values.</summary>
    /// <exception cref="RpcException">INTERNAL: a text has characters outside of printable ASCII.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Encode(Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (!HeaderNames.IsReserved(entry.Key))
            {
                yield return new(entry.Key, EncodeValue(entry));
            }
        }
    }

    private static string EncodeValue(Metadata.Entry entry)
    {
        if (entry.IsBinary)
        {
            return BinaryValueCodec.Encode(entry.RawBytes);
        }

        return entry.Value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? throw WireErrors.Internal($"The value of metadata '{entry.Key}' has characters outside of printable ASCII.")
            : entry.Value;
    }
}
