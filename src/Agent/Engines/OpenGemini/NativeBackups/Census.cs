using System.Globalization;
using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// The TSSP files that stand in the live data before a native backup, on disk beside the capture's notes: those that still stand there afterwards stood
/// there all the time, so the backup must have them, whatever its logs say.
/// </summary>
internal sealed class Census
{
    private const string FileName = "native-census";
    private readonly string path;

    private Census(string path) => this.path = path;

    /// <summary>Counts.</summary>
    public static Census Take(CaptureWorkspace workspace, string live)
    {
        var census = new Census(Path.Combine(workspace.NotesDirectory, FileName));
        using var writer = new StreamWriter(census.path, append: false);
        foreach (var item in TreeWalk.Below(live).Where(item => item.Status.Kind == FileKind.Regular && item.Path.EndsWith(".tssp", StringComparison.Ordinal)))
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{item.Status.Identity.Device} {item.Status.Identity.Inode} {item.Path}"));
        }

        return census;
    }

    /// <summary>Compares with what the backup brought; returns how many files were compared.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ForeignBackupUnusable"/>: the backup lacks one, or has another size of it.</exception>
    public long RequireIn(CapturedDirectory capture, string live)
    {
        long compared = 0;
        foreach (var line in File.ReadLines(path))
        {
            var parts = line.Split(' ', 3);
            var (then, file) = (new FileIdentity(Number(parts[0]), Number(parts[1])), parts[2]);
            var now = NativeFiles.Look($"{live}/{file}");
            if (now.Kind != FileKind.Regular || now.Identity != then)
            {
                continue;
            }

            var taken = NativeFiles.Look(capture.At(file));
            if (taken.Kind != FileKind.Regular || taken.SizeBytes != now.SizeBytes)
            {
                throw ForeignFailures.Unusable(
                    $"'{live}/{file}' with {now.SizeBytes} bytes stood there before and after the native backup, which has {(taken.Kind == FileKind.Missing ? "nothing" : $"{taken.SizeBytes} bytes")} of it",
                    "see the store's log, and run the backup again",
                    $"{live}/{file}");
            }

            compared++;
        }

        File.Delete(path);
        return compared;
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
