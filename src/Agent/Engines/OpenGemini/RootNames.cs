namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>The first components of an openGemini instance's paths in a backup.</summary>
internal static class RootNames
{
    /// <summary><c>&lt;store-data-dir&gt;/data</c>: TSSP files and indexes.</summary>
    public const string Data = "data";

    /// <summary><c>&lt;store-wal-dir&gt;/wal</c>: write-ahead logs and the Raft logs of replicated databases.</summary>
    public const string Wal = "wal";

    /// <summary><c>[meta] dir</c>: the catalogue's Raft database and snapshots.</summary>
    public const string Meta = "meta";
}
