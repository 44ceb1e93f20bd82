using System.Numerics;

namespace Cairn.Agent.Engines.OpenGauss.Pages;

/// <summary>CRC-32C (Castagnoli) as the server computes it over its control file.</summary>
internal static class Crc32C
{
    /// <summary>The checksum.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var one in data)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
