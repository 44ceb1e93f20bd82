using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Roots;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Backup;

/// <summary>
/// What captures take on this host: where their directories go, the space they must leave, and the removal of everything,
/// also of what no journal names any more. Knows no lease; the desk says what may go.
/// </summary>
internal sealed class CaptureDirectories(
    AgentSettings settings,
    AgentJournal journal,
    Instances instances,
    AllowedRoots roots,
    ILogger<CaptureDirectories> logger)
{
    /// <summary>Where a job's capture of every instance of <paramref name="engine"/> goes; makes nothing.</summary>
    public IReadOnlyList<CapturedInstance> Place(string jobId, string engine)
    {
        var captured = new List<CapturedInstance>();
        foreach (var options in instances.Of(engine))
        {
            var instance = instances.Open(options);
            captured.Add(new CapturedInstance(
                instance.Name,
                options.Engine,
                Path.Combine(NotesOf(jobId), instance.Name),
                [
                    .. instance.Roots.Select(root => (root.Name, Resolved: roots.Require(root.Path)))
                        .Select(root => new CapturedRoot(
                            root.Name,
                            root.Resolved.Path,
                            instance.CaptureMode == CaptureMode.Held
                                ? ""
                                : SideDirectory.Capture(root.Resolved.Path, jobId, instance.Name, root.Name))),
                ],
                Steps: []));
        }

        return captured;
    }

    /// <summary>Makes the directories of a capture that is journaled.</summary>
    public static void Make(CaptureRecord record)
    {
        foreach (var instance in record.Instances)
        {
            Directory.CreateDirectory(instance.NotesDirectory);
            foreach (var root in instance.Roots.Where(root => root.IsTaken))
            {
                SideDirectory.Make(root.Directory);
            }
        }
    }

    /// <summary>Refuses to go on when a file system has less free than the capture must leave.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.NoSpace"/>.</exception>
    public void RequireSpace(CaptureRecord record)
    {
        if (LackOfSpace(record) is { } lack)
        {
            throw new CairnException(
                ErrorCode.NoSpace, lack, "free space, or lower the floor in the agent's configuration", settings.Node);
        }
    }

    /// <summary>What lacks space, in a sentence; null when nothing does.</summary>
    public static string? LackOfSpace(CaptureRecord record)
    {
        foreach (var root in record.Instances.SelectMany(instance => instance.Roots).Where(root => root.IsTaken))
        {
            var existing = Path.GetDirectoryName(root.LivePath)!;
            if (Directory.Exists(existing) && NativeFiles.FreeBytes(existing) is var free && free < record.FreeFloorBytes)
            {
                return $"the file system of {root.LivePath} has {ByteSize.Format(free)} free, "
                    + $"less than the floor of {ByteSize.Format(record.FreeFloorBytes)}";
            }
        }

        return null;
    }

    /// <summary>Ends what the engines hold for the capture. May be repeated; a database that is gone is no failure.</summary>
    public async Task ReleaseAsync(CaptureRecord record, CancellationToken cancellationToken)
    {
        foreach (var captured in record.Instances)
        {
            var options = instances.Configured.FirstOrDefault(configured => configured.Name == captured.Name);
            if (options is null)
            {
                continue;
            }

            try
            {
                foreach (var done in await instances.Open(options).ReleaseAsync(WorkspaceOf(captured), cancellationToken))
                {
                    CaptureLog.Released(logger, record.JobId, captured.Name, done);
                }
            }
            catch (CairnException failure)
            {
                // A database that is gone holds nothing any more; what was captured must go in any case.
                CaptureLog.NotRemoved(logger, failure, record.JobId);
            }
        }
    }

    /// <summary>Removes everything of a capture. May be repeated after a failure.</summary>
    /// <exception cref="IOException">Something cannot be removed.</exception>
    public void Remove(CaptureRecord record, CancellationToken cancellationToken)
    {
        foreach (var root in record.Instances.SelectMany(instance => instance.Roots).Where(root => root.IsTaken))
        {
            Tree.Remove(root.Directory, cancellationToken);
            if (Directory.Exists(Path.GetDirectoryName(root.LivePath)))
            {
                SideDirectory.RemoveEmpty(root.Directory);
            }
        }

        Tree.Remove(NotesOf(record.JobId), cancellationToken);
        Tree.Remove(MetadataExchange.DirectoryOf(journal, record.JobId), cancellationToken);
    }

    /// <summary>Removes capture directories of jobs of which <paramref name="isHeld"/> knows nothing.</summary>
    public void Sweep(Func<string, bool> isHeld, CancellationToken cancellationToken)
    {
        foreach (var options in settings.Instances)
        {
            IReadOnlyList<ResolvedRoot> live;
            try
            {
                live = [.. instances.Open(options).Roots.Select(root => roots.Require(root.Path))];
            }
            catch (CairnException)
            {
                // An instance whose configuration cannot be used is reported by Describe; its leftovers wait.
                continue;
            }

            foreach (var captures in live.Select(root => SideDirectory.Captures(root.Path)).Where(Directory.Exists))
            {
                foreach (var job in Directory.EnumerateDirectories(captures).ToList())
                {
                    if (!isHeld(Path.GetFileName(job)) && Path.Combine(job, options.Name) is var own
                        && Directory.Exists(own))
                    {
                        Tree.Remove(own, cancellationToken);
                        SideDirectory.RemoveEmpty(own);
                        CaptureLog.Swept(logger, own);
                    }
                }
            }
        }
    }

    /// <summary>The engine's view of a captured instance's directories.</summary>
    public static CaptureWorkspace WorkspaceOf(CapturedInstance instance) => new(
        instance.Roots.Where(root => root.IsTaken).ToDictionary(root => root.Name, root => root.Directory, StringComparer.Ordinal),
        instance.NotesDirectory);

    private string NotesOf(string jobId) => Path.Combine(journal.StateDirectory, "notes", jobId);
}
