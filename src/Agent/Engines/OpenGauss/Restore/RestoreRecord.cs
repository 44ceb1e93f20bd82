using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Pages;

namespace Cairn.Agent.Engines.OpenGauss.Restore;

/// <summary>What a restore must know of a backed up server.</summary>
internal sealed record RestoreRecord : IPointRecord
{
    /// <summary>The one schema that is known.</summary>
    public const int KnownSchema = 1;

    private const int MaxItems = 10_000;

    /// <summary>See <see cref="KnownSchema"/>.</summary>
    public int Schema { get; init; } = KnownSchema;

    /// <summary>The dialect's name.</summary>
    public required string Dialect { get; init; }

    /// <summary>What the server called itself; empty when it was stopped.</summary>
    public required string Version { get; init; }

    /// <summary>The content of PG_VERSION.</summary>
    public required string MajorVersion { get; init; }

    /// <summary>The database's own identity.</summary>
    public required string SystemIdentifier { get; init; }

    /// <summary>What the server was that was read.</summary>
    public required string Role { get; init; }

    /// <summary>It was stopped.</summary>
    public required bool Cold { get; init; }

    /// <summary>Pages carry checksums, and were verified.</summary>
    public required bool Checksums { get; init; }

    /// <summary>The position from which recovery begins; empty when it was stopped.</summary>
    public required string StartLsn { get; init; }

    /// <summary>The position at which the copy is consistent; empty when it was stopped.</summary>
    public required string StopLsn { get; init; }

    /// <summary>The timeline that it was on.</summary>
    public required string Timeline { get; init; }

    /// <summary>The host that it was on.</summary>
    public required string Host { get; init; }

    /// <summary>Its data directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Its tablespaces.</summary>
    public required IReadOnlyList<Tablespace> Tablespaces { get; init; }

    /// <summary>Its configuration files outside the data directory.</summary>
    public required IReadOnlyList<string> OutsideFiles { get; init; }

    /// <summary>Pages whose checksum was wrong in the source; at most a hundred.</summary>
    public required IReadOnlyList<PageFailure> PageFailures { get; init; }

    /// <summary>How many there were.</summary>
    public required long PageFailureCount { get; init; }

    /// <summary>The record of a complete capture.</summary>
    public static RestoreRecord Of(ServerConfiguration configuration, BackupNotes notes) => new()
    {
        Dialect = notes.Dialect,
        Version = notes.Version,
        MajorVersion = notes.MajorVersion,
        SystemIdentifier = notes.SystemIdentifier,
        Role = notes.Role,
        Cold = notes.Cold,
        Checksums = notes.Checksums,
        StartLsn = notes.StartLsn,
        StopLsn = notes.StopLsn,
        Timeline = notes.Timeline,
        Host = Environment.MachineName,
        DataDirectory = configuration.DataDirectory,
        Tablespaces = notes.Tablespaces,
        OutsideFiles = notes.OutsideFiles,
        PageFailures = notes.PageFailures,
        PageFailureCount = notes.PageFailureCount,
    };

    /// <summary>The JSON.</summary>
    public string ToJson() => PointRecords.Write(this);

    /// <summary>Reads and checks a record.</summary>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static RestoreRecord Parse(string json) => PointRecords.Parse<RestoreRecord>(json, KnownSchema);

    /// <inheritdoc/>
    public string? FindProblem()
    {
        if (Tablespaces.Any(one => one is null) || OutsideFiles.Any(file => file is null) || PageFailures.Any(failure => failure is null))
        {
            return "a part of it is null";
        }

        if (Tablespaces.Count > MaxItems || PageFailures.Count > MaxItems || OutsideFiles.Count > MaxItems)
        {
            return "a list in it is too long";
        }

        return Tablespaces.FirstOrDefault(one => !Path.IsPathFullyQualified(one.Location) || one.Location.Split('/').Contains("..")
                || one.VersionDirectory.Contains('/', StringComparison.Ordinal) || one.VersionDirectory is ".." or ".") is { } strange
            ? $"it names a tablespace in '{strange.Location}/{strange.VersionDirectory}'"
            : null;
    }
}
