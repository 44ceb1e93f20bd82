namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>Judges what was captured: one server's copy is consistent by its own log, so that there is nothing to compare.</summary>
internal static class CutCheck
{
    private const string Consistency =
        "everything that was committed before the backup ended; recovery replays the log that is in the point to there";

    /// <summary>The verdict.</summary>
    public static CutVerdict Check(IReadOnlyList<CutEvidence> evidence) => new(
        Consistent: true, [.. evidence.Select(one => $"{one.Node}/{one.Instance}: {one.Step} was begun; its own log makes the copy consistent")], Consistency, []);
}
