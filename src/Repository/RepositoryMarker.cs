using System.Globalization;
using System.Text;

namespace Cairn.Repository;

/// <summary>The text file that makes a directory a repository, readable by people and the first thing that a program looks at.</summary>
internal sealed record RepositoryMarker(RepositoryId Id, DateTimeOffset Created, bool IsEncrypted)
{
    /// <summary>Stands in every marker: the format of all that the repository holds.</summary>
    public const string FormatLine = "format 1";

    private const string FirstLine = "Cairn repository";
    private const string Encrypted = "encryption aes-256-gcm";
    private const string NotEncrypted = "encryption none";
    private const int MaxBytes = 4096;

    public byte[] Build()
    {
        var body = $"{FirstLine}\n{FormatLine}\nid {Id.Text}\ncreated {Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}\n{(IsEncrypted ? Encrypted : NotEncrypted)}\n";
        return Encoding.ASCII.GetBytes(body + ChecksumLine(body));
    }

    /// <summary>Null when there is no marker.</summary>
    public static RepositoryMarker? TryRead(RepositoryLayout layout)
    {
        using var handle = UnixFile.TryOpenForReading(layout.Marker);
        if (handle is null)
        {
            return null;
        }

        if (!handle.Stat(layout.Marker).IsRegular)
        {
            throw new RepositoryPathNotOursException(layout.Root, $"{RepositoryLayout.MarkerName} is no regular file");
        }

        var bytes = new byte[MaxBytes + 1];
        var length = UnixFile.ReadFully(handle, bytes, offset: 0, layout.Marker);
        return Parse(Encoding.Latin1.GetString(bytes, 0, length), layout);
    }

    private static RepositoryMarker Parse(string text, RepositoryLayout layout)
    {
        var lines = text.Split('\n');
        if (lines[0] != FirstLine)
        {
            throw new RepositoryPathNotOursException(layout.Root, $"{RepositoryLayout.MarkerName} does not begin with '{FirstLine}'");
        }

        // The format comes before all else: what another version writes below it is not ours to judge.
        if (lines.Length > 1 && lines[1] != FormatLine && lines[1].StartsWith("format ", StringComparison.Ordinal))
        {
            throw new UnsupportedFormatException(layout.Root, lines[1]["format ".Length..].Split(':')[0]);
        }

        var checksumAt = text.IndexOf("checksum ", StringComparison.Ordinal);
        if (text.Length > MaxBytes || lines.Length != 7 || checksumAt < 0 || text[checksumAt..] != ChecksumLine(text[..checksumAt]) ||
            lines[1] != FormatLine || !lines[2].StartsWith("id ", StringComparison.Ordinal) || !RepositoryId.TryParse(lines[2][3..], out var id) ||
            !lines[3].StartsWith("created ", StringComparison.Ordinal) ||
            !DateTimeOffset.TryParse(lines[3][8..], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ||
            lines[4] is not (Encrypted or NotEncrypted))
        {
            throw new RepositoryDamagedException(layout.Marker, "the marker's lines or checksum do not fit");
        }

        return new RepositoryMarker(id, created, lines[4] == Encrypted);
    }

    private static string ChecksumLine(string body) =>
        $"checksum crc32c:{Crc32C.Compute(Encoding.Latin1.GetBytes(body)):x8}\n";
}
