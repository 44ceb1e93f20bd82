using System.Globalization;

namespace Cairn.Coordinator.Audit;

/// <summary>The names of the log's files: <c>audit-</c>, the first record's sequence in twelve digits, <c>.log</c>.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="FirstSequence">The sequence in its name.</param>
internal sealed record AuditFile(string Path, long FirstSequence)
{
    private const string Prefix = "audit-";
    private const string Suffix = ".log";

    /// <summary>The file whose first record is <paramref name="sequence"/>.</summary>
    public static AuditFile In(string directory, long sequence) => new(
        System.IO.Path.Combine(
            directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{sequence:000000000000}{Suffix}")),
        sequence);

    /// <summary>All of them, oldest first. What is called otherwise is not ours.</summary>
    public static IReadOnlyList<AuditFile> All(string directory) =>
    [
        .. Directory.EnumerateFiles(directory, Prefix + "*" + Suffix)
            .Select(path => long.TryParse(
                System.IO.Path.GetFileName(path)[Prefix.Length..^Suffix.Length],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var sequence)
                ? new AuditFile(path, sequence)
                : null)
            .OfType<AuditFile>()
            .OrderBy(file => file.FirstSequence),
    ];
}
