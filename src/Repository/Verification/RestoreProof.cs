namespace Cairn.Repository;

/// <summary>
/// The last level of a verification: restores the point into a scratch directory and holds what is there against the manifest, piece by piece. The scratch
/// directory is empty again afterwards.
/// </summary>
internal sealed class RestoreProof(
    RepositoryLayout.ChainLayout chain, ManifestFile manifest, string? scratchDirectory, RepositoryOptions options, DamageList damages)
{
    private readonly PointId point = manifest.Begun.Point;

    public async Task RunAsync(IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        var target = Path.Combine(RequireScratch(), $"cairn-verify-{point.Text}-{Guid.NewGuid():n}");
        DurableFile.EnsureDirectory(target);
        try
        {
            var roots = PointRoots.Find(manifest, cancellationToken);
            if (roots.Count == 0)
            {
                return;
            }

            var request = new RestoreRequest
            {
                Roots = roots.Select(root => new RestoreRoot(root, Path.Combine(target, root))).ToList(),
                SetOwners = Environment.IsPrivilegedProcess,
            };
            await new PointRestorer(chain, manifest, request, options, progress).RunAsync(cancellationToken);
            await Task.Run(() => Compare(target, cancellationToken), cancellationToken);
        }
        catch (PointDamagedException e)
        {
            damages.Add(e.Damage);
        }
        finally
        {
            DurableFile.DeleteTree(target);
        }
    }

    private string RequireScratch()
    {
        if (scratchDirectory is null)
        {
            DurableFile.EnsureDirectory(chain.Repository.Scratch);
        }
        else if (!Path.IsPathFullyQualified(scratchDirectory) || !Directory.Exists(scratchDirectory))
        {
            throw new RestoreTargetException(scratchDirectory, "the scratch directory is not an absolute path of a directory that is there");
        }

        var directory = scratchDirectory is null ? chain.Repository.Scratch : Path.GetFullPath(scratchDirectory);

        // Better said before an hour of writing than after it.
        return new DriveInfo(directory).AvailableFreeSpace >= manifest.Totals.Copied.Bytes ? directory : throw new RepositoryFullException(directory);
    }

    private void Compare(string target, CancellationToken cancellationToken)
    {
        using var loader = new SegmentLoader(chain);
        using var entries = manifest.ReadEntries();
        while (entries.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.Combine(target, entries.Entry.Path);
            if (UnixStat.TryRead(path) is not { } found)
            {
                Add(entries.Entry, offset: null, length: null, "was not restored");
            }
            else if (FindDifference(entries.Entry, found, path) is { } difference)
            {
                Add(entries.Entry, offset: null, length: null, difference);
            }
            else if (entries.Entry is { Kind: EntryKind.File, LinkedTo: null })
            {
                CompareContent(entries, loader, path);
            }
        }
    }

    private static string? FindDifference(ManifestEntry entry, UnixStat found, string path)
    {
        var (wanted, has) = (entry.Attributes, found.Attributes);
        var kind = found.IsDirectory ? EntryKind.Directory : found.IsRegular ? EntryKind.File : EntryKind.Symlink;
        return kind != entry.Kind ? $"was restored as {kind}"
            : kind == EntryKind.File && has.Size != wanted.Size ? $"was restored with {has.Size} bytes instead of {wanted.Size}"
            : kind == EntryKind.Symlink ? new FileInfo(path).LinkTarget == entry.LinkTarget ? null : "was restored with another target"
            : has.Mode != wanted.Mode ? $"was restored with mode {Convert.ToString(has.Mode, 8)} instead of {Convert.ToString(wanted.Mode, 8)}"
            : has.MtimeNs != wanted.MtimeNs ? "was restored with another time of modification"
            : null;
    }

    private void CompareContent(EntryCursor entries, SegmentLoader loader, string path)
    {
        using var handle = UnixFile.OpenForReading(path);
        var buffer = new byte[SegmentRecord.MaxPlainBytes];
        for (long offset = 0; entries.NextSegment(out var piece); offset = entries.CoveredBytes)
        {
            for (long done = 0; done < piece.Length;)
            {
                var read = buffer.AsSpan(0, (int)Math.Min(buffer.Length, piece.Length - done));
                var isSame = UnixFile.ReadFully(handle, read, offset + done, path) == read.Length && (piece.IsZero
                    ? !read.ContainsAnyExcept((byte)0)
                    : loader.TryLoad(piece, out var expected, out _) && read.SequenceEqual(expected));
                if (!isSame)
                {
                    Add(entries.Entry, offset, piece.Length, "was restored with other bytes than the point holds");
                    break;
                }

                done += read.Length;
            }
        }
    }

    private void Add(ManifestEntry entry, long? offset, long? length, string finding) =>
        damages.Add(new Damage(point, chain.Repository.Relative(manifest.Path), entry.Path, offset, length, finding));
}
