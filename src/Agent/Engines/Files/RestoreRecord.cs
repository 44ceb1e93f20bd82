namespace Cairn.Agent.Engines.Files;

/// <summary>What a restore must know of a captured instance.</summary>
/// <param name="Schema">1; another is refused.</param>
/// <param name="Roots">The roots' names and the directories that they were.</param>
internal sealed record RestoreRecord(int Schema, IReadOnlyDictionary<string, string> Roots) : IPointRecord
{
    private const int KnownSchema = 1;

    /// <summary>The record of an instance.</summary>
    public static RestoreRecord Of(FilesConfiguration configuration) =>
        new(KnownSchema, configuration.Roots.ToDictionary(root => root.Name, root => root.Path, StringComparer.Ordinal));

    /// <summary>As the point keeps it.</summary>
    public string ToJson() => PointRecords.Write(this);

    /// <summary>Reads and checks one.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static RestoreRecord Parse(string json) => PointRecords.Parse<RestoreRecord>(json, KnownSchema);

    /// <inheritdoc/>
    public string? FindProblem() => Roots.Values.Any(path => path is null) ? "a part of it is null" : null;
}
