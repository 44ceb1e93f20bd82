namespace Cairn.Repository.Tests;

/// <summary>Content for files.</summary>
internal static class Bytes
{
    /// <summary>The same bytes for the same seed; they do not shrink.</summary>
    public static byte[] Random(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Bytes that shrink well and hold no long run of zeros.</summary>
    public static byte[] Text(int length, int seed)
    {
        var bytes = new byte[length];
        var random = new Random(seed);
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)('a' + random.Next(4));
        }

        return bytes;
    }
}
