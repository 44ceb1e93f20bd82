using System.Globalization;

namespace Cairn.Agent.Engines.OpenGemini.Raft;

/// <summary>The Raft log of one copy of a replicated partition: all its entry files together.</summary>
/// <param name="First">The first index; 0 when the log is empty.</param>
/// <param name="Last">The last index; 0 when the log is empty.</param>
/// <param name="LastTerm">The last entry's term.</param>
/// <param name="Files">Entry files, empty ones included.</param>
internal sealed record RaftLog(ulong First, ulong Last, ulong LastTerm, int Files)
{
    /// <summary>The name of the directory that holds a partition's log.</summary>
    public const string DirectoryName = "__raft_entries__";

    /// <summary>The name of the file with the positions.</summary>
    public const string MetaName = "raft.meta";

    /// <summary>How names of entry files end.</summary>
    public const string EntrySuffix = ".entry";

    /// <summary>Reads all entry files of a directory.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or the files do not follow one another.</exception>
    public static RaftLog Read(string directory)
    {
        var files = Directory.EnumerateFiles(directory, "*" + EntrySuffix).Select(path => (path, file: ReadNamed(path))).ToList();
        ulong first = 0, last = 0, term = 0;
        foreach (var (path, file) in files.Where(f => f.file.Slots > 0).OrderBy(f => f.file.First))
        {
            if (last != 0 && file.First != last + 1)
            {
                throw new InvalidDataException($"'{path}' begins at index {file.First}, the file before it ends at {last}");
            }

            (first, last, term) = (first == 0 ? file.First : first, file.Last, file.LastTerm);
        }

        return new RaftLog(first, last, term, files.Count);
    }

    private static RaftEntryFile ReadNamed(string path)
    {
        if (!ulong.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw new InvalidDataException($"'{path}' is not the name of an entry file");
        }

        try
        {
            return RaftEntryFile.Read(path);
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException($"'{path}': {damaged.Message}", damaged);
        }
    }
}
