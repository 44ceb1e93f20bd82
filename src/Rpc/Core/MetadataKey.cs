namespace Grpc.Core;

/// <summary>The rules for metadata keys: lower case on the wire, letters, digits, dot, underscore, dash.</summary>
internal static class MetadataKey
{
    public static bool IsBinary(string key) =>
        key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase);

    public static bool IsLegal(string key)
    {
        foreach (var c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return key.Length > 0;
    }

    /// <summary>The key in lower case.</summary>
    /// <exception cref="ArgumentException">The key is empty or has other characters.</exception>
    public static string Normalize(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsLegal(key))
        {
            throw new ArgumentException(
                $"The metadata key '{key}' is not legal: only a-z, 0-9, '.', '_' and '-' are allowed.", nameof(key));
        }

        return ToLower(key);
    }

    // Headers from the wire are in lower case already, so the common case allocates nothing.
    private static string ToLower(string key)
    {
        foreach (var c in key)
        {
            if (char.IsAsciiLetterUpper(c))
            {
                return string.Create(key.Length, key, static (target, source) =>
                {
                    for (var i = 0; i < target.Length; i++)
                    {
                        var character = source[i];
                        target[i] = char.IsAsciiLetterUpper(character) ? (char)(character | 0x20) : character;
                    }
                });
            }
        }

        return key;
    }
}
