using System.Runtime.CompilerServices;

namespace Cairn.Repository.Tests;

/// <summary>A directory that plays the database: tests write into it, and it offers its content as a source does.</summary>
internal sealed class SourceTree(string root, string rootName = "data")
{
    public string Root { get; } = root;

    public string PathOf(string name) => Path.Combine(Root, name);

    public SourceTree WithDirectory(string name)
    {
        Directory.CreateDirectory(PathOf(name));
        return this;
    }

    public SourceTree WithFile(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        using var file = File.Create(PathOf(name));
        file.Write(content);
        return this;
    }

    public SourceTree WithFile(string name, int length, int seed) => WithFile(name, Bytes.Random(length, seed));

    public SourceTree WithLink(string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.CreateSymbolicLink(PathOf(name), target);
        return this;
    }

    public SourceTree WithMode(string name, uint mode)
    {
        using var handle = UnixFile.OpenForReading(PathOf(name));
        LastError.Check(Libc.ChangeMode(handle.Number(), mode), name, "chmod");
        return this;
    }

    /// <summary>All that is there, parents first; <paramref name="change"/> alters entries on their way.</summary>
    public async IAsyncEnumerable<SourceEntry> Entries(
        Func<SourceEntry, SourceEntry>? change = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var entry in List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return change is null ? entry : change(entry);
        }
    }

    /// <summary>As <see cref="Entries"/>; files are immutable, as an engine says of its sealed files.</summary>
    public IAsyncEnumerable<SourceEntry> ImmutableEntries() => Entries(e => e with { Immutable = e.Kind == EntryKind.File });

    public IReadOnlyList<SourceEntry> List()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        return Directory.EnumerateFileSystemEntries(Root, "*", options)
            .Order(StringComparer.Ordinal)
            .Prepend(Root)
            .Select(Describe)
            .ToList();
    }

    private SourceEntry Describe(string path)
    {
        var stat = UnixStat.TryRead(path) ?? throw new FileNotFoundException(path);
        var kind = stat.IsDirectory ? EntryKind.Directory : stat.IsRegular ? EntryKind.File : EntryKind.Symlink;
        return new SourceEntry
        {
            Path = path == Root ? rootName : rootName + path[Root.Length..],
            Kind = kind,
            Attributes = stat.Attributes with { Size = kind == EntryKind.File ? stat.Attributes.Size : 0 },
            LinkTarget = kind == EntryKind.Symlink ? new FileInfo(path).LinkTarget : null,
            Class = rootName,
            Identity = stat.Identity,
            PhysicalPath = kind == EntryKind.File ? path : null,
        };
    }
}
