using System.Globalization;
using System.Text;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Locking;

/// <summary>
/// The lock of a node: one process at a time works on it, be it the agent or a recovery without one. Held by <c>flock</c> on a
/// file of the state directory, so the kernel gives it back when its process ends, however it ends. What stands in the file
/// (owner, process, job, epoch) is for those who are refused; nothing is decided by it. May be used from any thread.
/// </summary>
internal sealed class NodeLock : IDisposable
{
    private const string FileName = "lock";
    private const int LongestNote = 4096;

    private readonly Lock gate = new();
    private readonly SafeFileHandle file;
    private readonly string owner;

    private NodeLock(SafeFileHandle file, string owner) => (this.file, this.owner) = (file, owner);

    /// <summary>
    /// Takes the lock of <paramref name="stateDirectory"/>, which is made when it is absent. <paramref name="owner"/> is the
    /// program by its name, e.g. "cairn-agent recover".
    /// </summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.NodeLocked"/>, with who holds it; <see cref="NativeFailureException"/> when there can be no such file.
    /// </exception>
    public static NodeLock Take(string node, string stateDirectory, string owner)
    {
        Directory.CreateDirectory(stateDirectory);
        var path = Path.Combine(stateDirectory, FileName);
        var file = NativeFiles.Open(path, LibC.OpenReadWrite | LibC.OpenCreate, 0x180);
        if (!FileLocks.TryExclusive(file))
        {
            var holder = Read(file);
            file.Dispose();
            throw new CairnException(
                ErrorCode.NodeLocked,
                $"{node}: another process works on the state directory {stateDirectory}: {holder}",
                "stop it, or wait until it has ended; two agents need a state directory each",
                node,
                path);
        }

        var held = new NodeLock(file, owner);
        held.Tell(jobId: "", epoch: 0);
        return held;
    }

    /// <summary>Says in the file which job the process works for now; empty for none.</summary>
    public void Tell(string jobId, long epoch)
    {
        var note = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"owner {owner}\nprocess {Environment.ProcessId}\njob {(jobId.Length == 0 ? "none" : jobId)}\nepoch {epoch}\n"));
        lock (gate)
        {
            if (!file.IsClosed)
            {
                // Not published by a rename: the lock is on this very file.
                RandomAccess.SetLength(file, 0);
                RandomAccess.Write(file, note, fileOffset: 0);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            if (!file.IsClosed)
            {
                RandomAccess.SetLength(file, 0);

                // A child that is just being started shares the open file until it executes, and closing alone would leave it
                // the lock.
                FileLocks.Release(file);
                file.Dispose();
            }
        }
    }

    private static string Read(SafeFileHandle file)
    {
        var note = new byte[LongestNote];
        var length = RandomAccess.Read(file, note, fileOffset: 0);
        var lines = Encoding.UTF8.GetString(note, 0, length)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Any(char.IsControl))
            .ToList();
        return lines.Count == 0 ? "it does not say which" : string.Join(", ", lines);
    }
}
