namespace Cairn.Repository;

/// <summary>A repository in a directory of this host.</summary>
public static class LocalRepository
{
    /// <summary>
    /// Opens the repository at <paramref name="path"/>, or makes one in an absent or empty directory; takes the writer's lock unless
    /// <see cref="RepositoryOptions.ReadOnly"/>; finishes deletions that a crash interrupted. Throws <see cref="RepositoryPathNotOursException"/>,
    /// <see cref="RepositoryNotFoundException"/>, <see cref="UnsupportedFormatException"/>, <see cref="RepositoryLockedException"/>,
    /// <see cref="ZstdUnavailableException"/>, <see cref="RepositoryDamagedException"/>; for keys <see cref="KeyRequiredException"/>,
    /// <see cref="KeyWrongException"/>, <see cref="KeySlotRemovedException"/>, <see cref="KeySlotDamagedException"/>, <see cref="NotEncryptedException"/>.
    /// </summary>
    public static Task<INodeRepository> OpenOrCreateAsync(
        string path, RepositoryOptions options, CancellationToken cancellationToken)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            throw new ArgumentException($"'{path}' is not an absolute path", nameof(path));
        }

        RepositoryOptionsCheck.Check(options);
        return Task.Run<INodeRepository>(() => Open(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), options, cancellationToken), cancellationToken);
    }

    private static LocalNodeRepository Open(string path, RepositoryOptions options, CancellationToken cancellationToken)
    {
        Zstd.EnsureAvailable();
        var layout = new RepositoryLayout(path) { IsReadOnly = options.ReadOnly };
        var marker = CheckPath(layout);
        if (options.ReadOnly)
        {
            OpenKeys(layout, marker ?? throw new RepositoryNotFoundException(path), options);
            return new LocalNodeRepository(layout, marker, options, writerLock: null);
        }

        MakeDirectory(path);
        var writerLock = WriterLock.Acquire(layout);
        try
        {
            // Another process may have made the repository before this one got the lock.
            marker = CheckPath(layout);
            if (marker is null)
            {
                marker = Create(layout, options);
            }
            else
            {
                OpenKeys(layout, marker, options);
            }

            DurableFile.EnsureDirectory(layout.Chains);
            DurableFile.EnsureDirectory(layout.Tombstones);
            var repository = new LocalNodeRepository(layout, marker, options, writerLock);
            repository.FinishInterrupted(cancellationToken);
            return repository;
        }
        catch
        {
            layout.Keyring?.Dispose();
            writerLock.Dispose();
            throw;
        }
    }

    /// <summary>The marker, or null where a repository may be made.</summary>
    private static RepositoryMarker? CheckPath(RepositoryLayout layout)
    {
        // The path itself may be a symbolic link to the disk that the operator chose.
        if (!Directory.Exists(layout.Root))
        {
            return UnixStat.TryRead(layout.Root) is null
                ? null
                : throw new RepositoryPathNotOursException(layout.Root, "it is no directory");
        }

        if (RepositoryMarker.TryRead(layout) is { } marker)
        {
            return marker;
        }

        // lost+found is what an empty file system of its own holds; the others are what a crash while making a repository leaves.
        var foreign = ListNames(layout.Root)
            .Where(n => n is not ("lost+found" or RepositoryLayout.LockName or RepositoryLayout.KeysName or RepositoryLayout.MarkerName + DurableFile.TemporarySuffix))
            .Order(StringComparer.Ordinal).FirstOrDefault();
        return foreign is null ? null : throw new RepositoryPathNotOursException(layout.Root, $"it is not empty (holds '{foreign}')");
    }

    private static List<string> ListNames(string directory)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(directory).Select(p => Path.GetFileName(p)!).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LastError.Translate(e, directory, "list");
        }
    }

    private static void MakeDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            MakeDirectory(Path.GetDirectoryName(path)!);
            DurableFile.EnsureDirectory(path);
        }
    }

    // The marker comes last: without it nothing is a repository, and what a crash left before is made anew.
    private static RepositoryMarker Create(RepositoryLayout layout, RepositoryOptions options)
    {
        var marker = new RepositoryMarker(RepositoryId.New(), options.Time.GetUtcNow(), IsEncrypted: options.Key is not null);
        if (options.Key is { } key)
        {
            layout.Keyring = RepositoryKeyring.Create(layout, marker.Id, key, options.Time);
        }

        DurableFile.Write(layout.Marker, marker.Build());
        return marker;
    }

    private static void OpenKeys(RepositoryLayout layout, RepositoryMarker marker, RepositoryOptions options)
    {
        if (options.Key is not { } key)
        {
            if (marker.IsEncrypted)
            {
                throw new KeyRequiredException(layout.Root);
            }
        }
        else
        {
            layout.Keyring = marker.IsEncrypted
                ? RepositoryKeyring.Open(layout, marker.Id, key, options.Time)
                : throw new NotEncryptedException(layout.Root);
        }
    }
}
