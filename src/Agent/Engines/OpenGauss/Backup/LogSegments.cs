using System.Globalization;
using System.Text.RegularExpressions;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>The files of a write-ahead log that a backup needs to be consistent.</summary>
internal static partial class LogSegments
{
    /// <summary>
    /// The names in the log's directory of the segments from the one that holds <paramref name="start"/> to the one that holds the last byte
    /// before <paramref name="stop"/>, of whatever timeline.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.EngineAnswer"/>: the server has removed one.</exception>
    public static IReadOnlyList<string> Find(string directory, string start, string stop, int segmentBytes)
    {
        var (first, last) = (Lsn(start) / (ulong)segmentBytes, (Lsn(stop) - 1) / (ulong)segmentBytes);
        var needed = new HashSet<ulong>();
        for (var number = first; number <= last; number++)
        {
            needed.Add(number);
        }

        var names = new List<string>();
        var missing = new HashSet<ulong>(needed);
        foreach (var name in (NativeFiles.ListNames(directory) ?? []).Order(StringComparer.Ordinal))
        {
            if (Segment().IsMatch(name) && NumberOf(name, segmentBytes) is var number && needed.Contains(number))
            {
                names.Add(name);
                missing.Remove(number);
            }
        }

        return missing.Count == 0
            ? names
            : throw new CairnException(
                ErrorCode.EngineAnswer,
                $"{missing.Count} of the {needed.Count} log segments from {start} to {stop} are not in '{directory}' any more, so the backup could not be made consistent",
                "keep more of the log (wal_keep_size, or a free replication slot for the backup), then run the backup again",
                subject: directory);
    }

    /// <summary>The names of the timelines' histories in the server's own log.</summary>
    public static IReadOnlyList<string> Histories(string directory) =>
        [.. (NativeFiles.ListNames(directory) ?? []).Where(name => History().IsMatch(name)).Order(StringComparer.Ordinal)];

    /// <summary>A position in the log: two hexadecimal numbers with a slash between them.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ulong Lsn(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2
            && uint.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            && uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
            ? ((ulong)high << 32) | low
            : throw new InvalidDataException($"'{text}' is no position in a log");
    }

    private static ulong NumberOf(string name, int segmentBytes)
    {
        var high = ulong.Parse(name.AsSpan(8, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var low = ulong.Parse(name.AsSpan(16, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (high * (0x1_0000_0000UL / (ulong)segmentBytes)) + low;
    }

    [GeneratedRegex("^[0-9A-F]{24}$")]
    private static partial Regex Segment();

    [GeneratedRegex(@"^[0-9A-F]{8}\.history$")]
    private static partial Regex History();
}
