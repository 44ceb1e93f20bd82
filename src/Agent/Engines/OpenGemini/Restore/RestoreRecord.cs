namespace Cairn.Agent.Engines.OpenGemini.Restore;

/// <summary>A role and an address by which the database names the instance.</summary>
internal sealed record RecordedAddress(string Role, string Address);

/// <summary>What a restore must know of a captured instance.</summary>
internal sealed record RestoreRecord : IPointRecord
{
    /// <summary>META came from the ts-meta that led.</summary>
    public const string LeaderMetadata = "leader";

    /// <summary>META is this node's own, taken while it was stopped.</summary>
    public const string OwnMetadata = "own";

    /// <summary>Only the catalogue was captured, for some databases: no META to start on.</summary>
    public const string CatalogueMetadata = "catalogue";

    /// <summary>No META was captured here.</summary>
    public const string NoMetadata = "none";

    /// <summary>The one schema that is known.</summary>
    public const int KnownSchema = 1;

    private const int MaxItems = 10_000;

    /// <summary>See <see cref="KnownSchema"/>.</summary>
    public int Schema { get; init; } = KnownSchema;

    /// <summary>e.g. v1.5.2; empty when it was not told.</summary>
    public required string Version { get; init; }

    /// <summary>Roles of the instance.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Addresses by which the database names it.</summary>
    public required IReadOnlyList<RecordedAddress> Addresses { get; init; }

    /// <summary>The ts-meta's name in the Raft group; empty without one.</summary>
    public required string MetaRaftAddress { get; init; }

    /// <summary>RPC addresses of all ts-metas, sorted.</summary>
    public required IReadOnlyList<string> MetaJoin { get; init; }

    /// <summary>ha-policy.</summary>
    public required string HaPolicy { get; init; }

    /// <summary>Directories as they were, by root.</summary>
    public required IReadOnlyDictionary<string, string> Roots { get; init; }

    /// <summary>Roots that the point holds.</summary>
    public required IReadOnlyList<string> Captured { get; init; }

    /// <summary>leader, own, catalogue or none.</summary>
    public required string Metadata { get; init; }

    /// <summary>True when the instance was stopped.</summary>
    public required bool Cold { get; init; }

    /// <summary>Databases with files on this node.</summary>
    public required IReadOnlyList<string> Databases { get; init; }

    /// <summary>The databases that the point is limited to; null when it holds all.</summary>
    public IReadOnlyList<string>? Objects { get; init; }

    /// <summary>The catalogue as the leader wrote it (meta_info.json), for restores to other addresses by hand; null elsewhere, and when it is long.</summary>
    public string? MetaInfo { get; init; }

    /// <summary>The JSON, at most 1 MiB: the catalogue is left out first, then the list of databases.</summary>
    public string ToJson()
    {
        var json = PointRecords.Write(this);
        json = json.Length <= PointRecords.MaxChars ? json : PointRecords.Write(this with { MetaInfo = null });
        return json.Length <= PointRecords.MaxChars ? json : PointRecords.Write(this with { MetaInfo = null, Databases = [] });
    }

    /// <summary>Reads and checks a record.</summary>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static RestoreRecord Parse(string json) => PointRecords.Parse<RestoreRecord>(json, KnownSchema);

    /// <inheritdoc/>
    public string? FindProblem()
    {
        if (Roles.Any(r => r is null) || Addresses.Any(a => a is null) || MetaJoin.Any(m => m is null) || Roots.Values.Any(path => path is null)
            || Captured.Any(c => c is null) || Databases.Any(d => d is null) || Objects?.Any(o => o is null) == true)
        {
            return "a part of it is null";
        }

        if (new[] { Roles.Count, Addresses.Count, MetaJoin.Count, Roots.Count, Captured.Count, Objects?.Count ?? 0 }.Max() > MaxItems)
        {
            return "a list in it is too long";
        }

        return Metadata is LeaderMetadata or OwnMetadata or CatalogueMetadata or NoMetadata ? null : "it says something unknown about metadata";
    }
}
