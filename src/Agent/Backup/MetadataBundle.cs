using System.Formats.Tar;
using System.Runtime.CompilerServices;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;

namespace Cairn.Agent.Backup;

/// <summary>
/// The leader's captured metadata as one file: a tar archive (pax) whose names are <c>INSTANCE/ROOT/…</c>. It comes over the
/// network, so reading it believes nothing: sizes, names and kinds are checked before anything is made of them.
/// </summary>
internal static class MetadataBundle
{
    /// <summary>The most that passes through the coordinator for one point.</summary>
    public const long MaxBytes = 64L << 20;

    private const int MaxEntries = 100_000;

    /// <summary>Writes the entries, which are of files and directories, to a new file; returns its length.</summary>
    public static async Task<long> WriteAsync(
        string path, IAsyncEnumerable<SourceEntry> entries, string node, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite);
        await using (var tar = new TarWriter(file, TarEntryFormat.Pax, leaveOpen: true))
        {
            await foreach (var entry in entries.WithCancellation(cancellationToken))
            {
                if (file.Length + entry.Attributes.Size > MaxBytes)
                {
                    throw TooLarge(node, file.Length + entry.Attributes.Size);
                }

                await AddAsync(tar, entry, cancellationToken);
            }
        }

        return file.Length <= MaxBytes ? file.Length : throw TooLarge(node, file.Length);
    }

    /// <summary>The failure for metadata that are too large to pass through the coordinator.</summary>
    public static CairnException TooLarge(string node, long bytes) => new(
        ErrorCode.MetadataTooLarge,
        $"the cluster's metadata have at least {bytes} bytes, more than the {MaxBytes} that may pass through the coordinator",
        "drop databases that are not needed any more, or wait for a version that copies metadata between hosts",
        node);

    /// <summary>Unpacks a bundle into an empty directory and gives its entries, below <paramref name="prefix"/>.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when it is not what we would have written.</exception>
    public static async IAsyncEnumerable<SourceEntry> UnpackAsync(
        string path, string directory, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        await using var tar = new TarReader(file);
        var number = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (await NextAsync(tar, cancellationToken) is { } entry)
        {
            var name = entry.Name.TrimEnd('/');
            if (++number > MaxEntries || !IsPlain(name) || !seen.Add(name))
            {
                throw Malformed($"entry {number} is one too many, or its name is not a plain relative path, or it is there twice");
            }

            var isDirectory = entry.EntryType == TarEntryType.Directory;
            if (!isDirectory && entry.EntryType != TarEntryType.RegularFile)
            {
                throw Malformed($"entry {number} is neither a file nor a directory");
            }

            string? physical = null;
            if (!isDirectory)
            {
                // Contents go to numbered files: no name of the bundle ever becomes a path of this host.
                physical = Path.Combine(directory, $"{number}");
                await using var content = new FileStream(physical, FileMode.Create, FileAccess.Write);
                if (entry.DataStream is not null)
                {
                    await entry.DataStream.CopyToAsync(content, cancellationToken);
                }
            }

            yield return new SourceEntry
            {
                Path = $"{prefix}/{name}",
                Kind = isDirectory ? EntryKind.Directory : EntryKind.File,
                Attributes = new UnixAttributes(
                    (uint)entry.Mode & 0xfff,
                    (uint)entry.Uid,
                    (uint)entry.Gid,
                    (entry.ModificationTime - DateTimeOffset.UnixEpoch).Ticks * 100,
                    isDirectory ? 0 : entry.Length),
                Class = "cluster-metadata",
                PhysicalPath = physical,
            };
        }
    }

    private static async Task AddAsync(TarWriter tar, SourceEntry entry, CancellationToken cancellationToken)
    {
        var kind = entry.Kind switch
        {
            EntryKind.Directory => TarEntryType.Directory,
            EntryKind.File => TarEntryType.RegularFile,
            _ => throw new CairnException(
                ErrorCode.Internal, $"cluster metadata hold '{entry.Path}', which is no file", "report it"),
        };
        var header = new PaxTarEntry(kind, entry.Path)
        {
            Mode = (UnixFileMode)entry.Attributes.Mode,
            Uid = (int)entry.Attributes.Uid,
            Gid = (int)entry.Attributes.Gid,
            ModificationTime = DateTimeOffset.UnixEpoch.AddTicks(entry.Attributes.MtimeNs / 100),
        };
        if (entry.Kind == EntryKind.Directory)
        {
            await tar.WriteEntryAsync(header, cancellationToken);
            return;
        }

        await using var content = new FileStream(entry.PhysicalPath!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        header.DataStream = content;
        await tar.WriteEntryAsync(header, cancellationToken);
    }

    private static async Task<TarEntry?> NextAsync(TarReader tar, CancellationToken cancellationToken)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Malformed($"it is no tar archive: {failure.Message}");
        }
    }

    private static bool IsPlain(string name)
    {
        var parts = name.Split('/');
        return name.Length is > 0 and <= 4000
            && Names.IsValid(parts[0])
            && parts.All(part => part.Length > 0 && part is not ("." or "..") && !part.Contains('\0'));
    }

    private static CairnException Malformed(string finding) => new(
        ErrorCode.InvalidRequest,
        $"the bundle of cluster metadata cannot be used: {finding}",
        "bring all agents to the same version");
}
