using System.Buffers.Binary;
using System.Globalization;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.OpenGauss.Configuration;

/// <summary>
/// <c>global/pg_control</c>, which the server rewrites in place: a reader that meets it half written must read it again. The system
/// identifier stands at its beginning in every version; the checksum's place is known for the versions that are listed.
/// </summary>
internal sealed record ControlFile(string SystemIdentifier, uint Version, byte[] Content)
{
    /// <summary>Its path in a data directory.</summary>
    public const string Name = "global/pg_control";

    private const int MinBytes = 512;
    private const int MaxBytes = 64 * 1024;
    private const int Attempts = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Reads it, as often as it takes to meet it whole.</summary>
    /// <exception cref="InvalidDataException">It is not one, or was half written at every look.</exception>
    public static async Task<ControlFile> ReadAsync(string dataDirectory, TimeProvider time, CancellationToken cancellationToken)
    {
        var path = $"{dataDirectory}/{Name}";
        for (var attempt = 1; ; attempt++)
        {
            if (NativeFiles.Look(path) is not { Kind: FileKind.Regular, SizeBytes: >= MinBytes and <= MaxBytes })
            {
                throw new InvalidDataException($"'{path}' is not there or not of the size of a control file");
            }

            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            if (IsWhole(content))
            {
                return new ControlFile(
                    BinaryPrimitives.ReadUInt64LittleEndian(content).ToString(CultureInfo.InvariantCulture),
                    BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(8)),
                    content);
            }

            if (attempt == Attempts)
            {
                throw new InvalidDataException($"the checksum of '{path}' was wrong at {Attempts} looks");
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Whether the checksum is right; true for a version of which its place is not known.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> content)
    {
        var place = BinaryPrimitives.ReadUInt32LittleEndian(content[8..]) switch
        {
            1300 => 288, // 13 to 16
            _ => 0,
        };
        return place == 0 || Pages.Crc32C.Of(content[..place]) == BinaryPrimitives.ReadUInt32LittleEndian(content[place..]);
    }
}
