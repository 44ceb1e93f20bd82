using System.Text;
using Cairn.Agent.Native;

namespace Cairn.Agent.Restore;

/// <summary>
/// The regular file that stands at a data path while a restore replaces its directory, so that any start of the database
/// fails. It says what it is to whoever looks.
/// </summary>
internal static class GuardFile
{
    private const string FirstLine = "cairn restore guard 1";
    private const int MaxBytes = 4096;

    /// <summary>Writes a guard durably to a path where nothing stands, or an unfinished guard.</summary>
    public static void Write(string path, string jobId)
    {
        var text = $"{FirstLine}\n{jobId}\nA restore is replacing the directory of this name. Do not remove this file: the Cairn agent on\n"
            + "this host takes it away when the directory is in place, also after a restart of the agent.\n";
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        file.Write(Encoding.ASCII.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    /// <summary>True when the path holds the guard of this job.</summary>
    public static bool IsAt(string path, string jobId)
    {
        var status = NativeFiles.Look(path);
        if (status.Kind != FileKind.Regular || status.SizeBytes > MaxBytes)
        {
            return false;
        }

        using var reader = new StreamReader(path, Encoding.ASCII);
        return reader.ReadLine() == FirstLine && reader.ReadLine() == jobId;
    }
}
