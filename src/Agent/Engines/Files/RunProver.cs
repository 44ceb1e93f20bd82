using System.Globalization;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.V1;

namespace Cairn.Agent.Engines.Files;

/// <summary>
/// Whether any process owns an instance's files. Running: one of the configured programs, a process with a file below the roots open or
/// mapped, something that listens on a configured port. Where processes or what they have open may not be seen, write leases on the
/// files themselves decide: the kernel grants one only while nobody has the file open.
/// </summary>
internal sealed class RunProver(FilesConfiguration configuration, ProcessTable table, EngineLimits limits, TimeProvider time)
{
    private const string WayOutStop = "stop the database and try again";

    /// <summary>Looks at everything.</summary>
    public async Task<RunProof> ProveAsync(CancellationToken cancellationToken)
    {
        var signs = new RunSigns(WayOutStop, table, limits, time);
        IReadOnlyList<ProcessEntry> processes = [];
        try
        {
            processes = [.. table.List().Where(process => !process.Zombie && process.Id != Environment.ProcessId)];
            ObservePrograms(signs, processes);
            ObserveOpenFiles(signs, processes, cancellationToken);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            signs.Add(RunState.CannotTell, "process", $"/proc cannot be read: {failed.Message}", "give the agent a readable /proc");
        }

        await signs.ObservePortsAsync(configuration.Ports, processes, _ => WayOutStop, cancellationToken);
        return signs.Proof;
    }

    private void ObservePrograms(RunSigns signs, IReadOnlyList<ProcessEntry> processes)
    {
        foreach (var program in configuration.Processes)
        {
            var running = processes.Where(program.Matches).ToList();
            running.ForEach(process => signs.AddRunning("process", $"{process.Shown} is '{program.Text}'", process.Id));
            if (running.Count == 0)
            {
                signs.AddStopped("process", $"no process is '{program.Text}'");
            }
        }
    }

    private void ObserveOpenFiles(RunSigns signs, IReadOnlyList<ProcessEntry> processes, CancellationToken cancellationToken)
    {
        var roots = configuration.Roots.Select(root => NativeFiles.TryRealPath(root.Path) ?? root.Path).ToList();
        var unreadable = new List<ProcessEntry>();
        var held = OpenFileSearch.Below(roots, table, processes, alsoMapped: _ => true, unreadable);
        foreach (var file in held)
        {
            signs.AddRunning("open file", $"{file.Process.Shown} has '{file.Path}' open", file.Process.Id);
        }

        if (held.Count > 0)
        {
            return;
        }

        if (ProcessVisibility.Hidden() is { } hidden)
        {
            signs.ObserveLeases(roots, hidden, cancellationToken);
        }
        else if (unreadable.Count > 0)
        {
            var finding = unreadable.Count == 1
                ? $"what {unreadable[0].Shown} has open may not be read"
                : string.Create(CultureInfo.InvariantCulture, $"what {unreadable[0].Shown} and {unreadable.Count - 1} more have open may not be read");
            signs.ObserveLeases(roots, (finding, "run the agent as root, or with the capability CAP_SYS_PTRACE"), cancellationToken);
        }
        else
        {
            signs.AddStopped("open file", $"no process has a file below {string.Join(", ", roots)} open");
        }
    }
}
