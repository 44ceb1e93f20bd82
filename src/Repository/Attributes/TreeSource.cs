using System.Runtime.CompilerServices;

namespace Cairn.Repository;

/// <summary>
/// Offers a directory tree to a point with all that is kept of it: owners by name, extended attributes, ACLs, symbolic links, hard links inside the
/// set, names of any bytes. One for all roots of a point, so that hard links between them are found. Not for concurrent use.
/// </summary>
/// <param name="namesElsewhere">
/// How many names of each file are known to lie outside the set, such as 1 for a capture of hard links: so many are not waited for.
/// </param>
public sealed class TreeSource(int namesElsewhere)
{
    private readonly OwnerNames owners = new();
    private readonly Dictionary<FileIdentity, FirstName> firstNames = [];

    /// <summary>
    /// The directory and everything below it, parents first, names in ordinal order, nothing followed. <paramref name="adjust"/> says what the engine
    /// knows of an entry (class, immutable, page size); null leaves it out, and what is below it. What vanishes meanwhile is left out. Devices, sockets and
    /// pipes are offered as what they are, so that the writer refuses them or notes them, as the point allows.
    /// </summary>
    /// <param name="directory">An absolute path.</param>
    /// <param name="name">The root's name in the point; '/' may part components.</param>
    /// <param name="adjust">The engine's word for each entry.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public async IAsyncEnumerable<SourceEntry> ReadAsync(
        string directory, string name, Func<SourceEntry, SourceEntry?> adjust, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var pending = new Stack<(string Physical, string Path)>();
        pending.Push((directory, name));
        while (pending.TryPop(out var item))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryDescribe(item.Physical, item.Path, name) is not { } found)
            {
                continue;
            }

            if (adjust(found) is not { } entry)
            {
                Forget(found);
                continue;
            }

            yield return entry;
            if (entry.Kind == EntryKind.Directory)
            {
                var names = UnixDirectory.ListNames(item.Physical) ?? [];
                for (var i = names.Count - 1; i >= 0; i--)
                {
                    pending.Push(($"{item.Physical}/{names[i]}", $"{item.Path}/{names[i]}"));
                }
            }
        }
    }

    /// <summary>
    /// One path as an entry; null when nothing is there. Paths must be described in the order in which they are offered: the first name of a
    /// file with several has its content.
    /// </summary>
    /// <exception cref="RepositoryIoException">It cannot be looked at.</exception>
    public SourceEntry? TryDescribe(string physicalPath, string path, string entryClass)
    {
        if (UnixStat.TryRead(physicalPath) is not { } stat)
        {
            return null;
        }

        var kind = stat.IsDirectory ? EntryKind.Directory : stat.IsSymlink ? EntryKind.Symlink : EntryKind.File;
        var entry = new SourceEntry
        {
            Path = path,
            Kind = kind,
            Class = entryClass,
            Attributes = stat.Attributes with { Size = stat.IsRegular ? stat.Attributes.Size : 0 },
            Owner = owners.UserName(stat.Attributes.Uid),
            Group = owners.GroupName(stat.Attributes.Gid),
            LinkTarget = kind == EntryKind.Symlink ? ReadLink(physicalPath) : null,
            PhysicalPath = kind == EntryKind.File ? physicalPath : null,
            ExtendedAttributes = stat.IsRegular || stat.IsDirectory || stat.IsSymlink ? ExtendedAttributeCalls.Read(physicalPath) : [],
        };
        return stat.IsRegular ? WithLinks(entry, stat) : entry with { IsSpecial = kind == EntryKind.File };
    }

    // What is left out cannot be what later names are linked to.
    private void Forget(SourceEntry entry)
    {
        if (entry is { MayHaveLinks: true, Identity: { } identity })
        {
            firstNames.Remove(identity);
        }
    }

    private SourceEntry WithLinks(SourceEntry entry, in UnixStat stat)
    {
        entry = entry with { Identity = stat.Identity };
        var expected = stat.Names - namesElsewhere;
        if (firstNames.TryGetValue(stat.Identity, out var first))
        {
            // The last name frees the memory that the first one took.
            if (first.Left == 1)
            {
                firstNames.Remove(stat.Identity);
            }
            else
            {
                firstNames[stat.Identity] = first with { Left = first.Left - 1 };
            }

            return entry with { LinkedTo = first.Path };
        }

        if (expected <= 1)
        {
            return entry;
        }

        firstNames[stat.Identity] = new FirstName(entry.Path, expected - 1);
        return entry with { MayHaveLinks = true };
    }

    private static string ReadLink(string path) =>
        UnixLink.TryRead(path, out var error) ?? throw LastError.Exception(path, "readlink", error);

    private readonly record struct FirstName(string Path, long Left);
}
