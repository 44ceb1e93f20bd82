namespace Cairn.Agent.Proofs;

/// <summary>A file below one of the roots that a process has open or mapped.</summary>
/// <param name="Process">Who.</param>
/// <param name="Path">The file, as <c>/proc</c> names it; " (deleted)" stands behind one that has no name any more.</param>
internal sealed record HeldFile(ProcessEntry Process, string Path);

/// <summary>Finds who has files below some directories open.</summary>
internal static class OpenFileSearch
{
    /// <summary>
    /// At most one file per process. <paramref name="unreadable"/> gets the processes whose open files may not be read.
    /// Mapped files are looked at only for <paramref name="alsoMapped"/>: a mapping outlives its open file.
    /// </summary>
    public static IReadOnlyList<HeldFile> Below(
        IReadOnlyCollection<string> roots,
        ProcessTable table,
        IEnumerable<ProcessEntry> processes,
        Func<ProcessEntry, bool> alsoMapped,
        ICollection<ProcessEntry> unreadable)
    {
        var prefixes = roots.Select(root => root.TrimEnd('/') + "/").ToArray();
        var held = new List<HeldFile>();
        foreach (var process in processes.Where(p => p.Id != Environment.ProcessId && !p.Zombie))
        {
            var files = table.OpenFiles(process.Id);
            if (files is null)
            {
                unreadable.Add(process);
                continue;
            }

            var found = files.FirstOrDefault(IsBelow)
                ?? (alsoMapped(process) ? table.MappedFiles(process.Id)?.FirstOrDefault(IsBelow) : null);
            if (found is not null)
            {
                held.Add(new HeldFile(process, found));
            }
        }

        return held;

        bool IsBelow(string path) => prefixes.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));
    }
}
