using System.Globalization;
using System.Text.RegularExpressions;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.OpenGauss.Configuration;

/// <summary>What the files of a data directory tell while nobody is asked.</summary>
internal sealed partial class DataDirectory(string path)
{
    private const int MaxTablespaces = 10_000;
    private const long MaxConfigurationBytes = 1 << 20;

    /// <summary>The directory, resolved where that is possible.</summary>
    public string Path { get; } = NativeFiles.TryRealPath(path) ?? path;

    /// <summary>The major version that the files are of, e.g. "15"; empty when they do not tell.</summary>
    public string MajorVersion => ReadWord("PG_VERSION");

    /// <summary>True when it starts as a standby.</summary>
    public bool IsStandby => NativeFiles.Look($"{Path}/standby.signal").Kind == FileKind.Regular
        || NativeFiles.Look($"{Path}/recovery.conf").Kind == FileKind.Regular;

    /// <summary>The directory of the write-ahead log: its name differs between the dialects.</summary>
    public string WalName => NativeFiles.Look($"{Path}/pg_wal").Kind == FileKind.Missing
        && NativeFiles.Look($"{Path}/pg_xlog").Kind != FileKind.Missing ? "pg_xlog" : "pg_wal";

    /// <summary>The name of the dialect that a server on these files speaks.</summary>
    public string DialectName => WalName == "pg_wal" ? Dialect.PostgreSqlName : Dialect.OpenGaussName;

    /// <summary>The tablespaces that have a link, by their number.</summary>
    public IReadOnlyList<Tablespace> Tablespaces()
    {
        var found = new List<Tablespace>();
        foreach (var name in NativeFiles.ListNames($"{Path}/pg_tblspc") ?? [])
        {
            var link = $"{Path}/pg_tblspc/{name}";
            if (found.Count < MaxTablespaces
                && uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && NativeFiles.Look(link).Kind == FileKind.SymbolicLink
                && new FileInfo(link).LinkTarget is { } location)
            {
                found.Add(new Tablespace(number, location, VersionDirectoryOf(location), IsInside(location)));
            }
        }

        return [.. found.OrderBy(tablespace => tablespace.Number)];
    }

    /// <summary>A setting as the configuration files in the directory have it; null when they do not.</summary>
    public string? Setting(string name)
    {
        string? value = null;
        foreach (var file in new[] { "postgresql.conf", "postgresql.auto.conf" })
        {
            var full = $"{Path}/{file}";
            if (NativeFiles.Look(full) is { Kind: FileKind.Regular, SizeBytes: <= MaxConfigurationBytes })
            {
                value = SettingsFile.Find(File.ReadAllText(full), name) ?? value;
            }
        }

        return value;
    }

    // One server keeps one directory named PG_… in each location; another version's may lie beside it.
    private string VersionDirectoryOf(string location)
    {
        var names = (NativeFiles.ListNames(location) ?? []).Where(name => VersionDirectory().IsMatch(name)).ToList();
        return names.FirstOrDefault(name => name.StartsWith($"PG_{MajorVersion}_", StringComparison.Ordinal)) ?? names.FirstOrDefault() ?? "";
    }

    private bool IsInside(string location)
    {
        var resolved = NativeFiles.TryRealPath(location) ?? location;
        return resolved.StartsWith(Path + "/", StringComparison.Ordinal);
    }

    private string ReadWord(string name) =>
        NativeFiles.Look($"{Path}/{name}") is { Kind: FileKind.Regular, SizeBytes: < 64 } ? File.ReadAllText($"{Path}/{name}").Trim() : "";

    [GeneratedRegex(@"^PG_[0-9.]+_[0-9]+(_.+)?$")]
    private static partial Regex VersionDirectory();
}
