using Cairn.V1;

namespace Cairn.Agent.Engines.Files;

/// <summary>What points of this engine may not promise, by stable name; docs/engines/files.md has them too.</summary>
internal static class Caveats
{
    /// <summary>A database that may run, and no command that quiesced it.</summary>
    public static Caveat NoCommands => new()
    {
        Name = "no-capture-command",
        Text = "no command before the capture prepared the database, so its files are as a power cut would have left them; "
            + "what it had not written yet is not there, and it must be able to recover from that by itself",
    };

    /// <summary>Files that went on changing.</summary>
    public static Caveat FilesChanged(string change) => new()
    {
        Name = "files-changed",
        Text = $"files changed while they were copied; each is as it was at a moment of the capture, not all at the same one ({change})",
    };
}
