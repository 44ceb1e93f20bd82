namespace Grpc.Wire;

/// <summary>The value of a <c>-bin</c> header: base64, sent without padding, taken with or without.</summary>
internal static class BinaryValueCodec
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    public static bool TryDecode(ReadOnlySpan<char> value, out byte[] bytes)
    {
        value = value.Trim(' ');
        bytes = [];
        var unpadded = value.TrimEnd('=');
        if (value.Length - unpadded.Length > 2 || unpadded.Length % 4 == 1 || ContainsBlank(unpadded))
        {
            return false;
        }

        var padded = string.Concat(unpadded, "==".AsSpan(0, (4 - (unpadded.Length % 4)) % 4));
        var buffer = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, buffer, out var written))
        {
            return false;
        }

        bytes = buffer[..written];
        return true;
    }

    // The platform's decoder skips blanks; the protocol knows none inside a value.
    private static bool ContainsBlank(ReadOnlySpan<char> value) => value.ContainsAny(" \t\r\n");
}
