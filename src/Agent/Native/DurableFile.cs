namespace Cairn.Agent.Native;

/// <summary>
/// Publishes small files so that a crash at any instruction leaves the old content or the new one: temporary name, sync,
/// rename, sync of the directory.
/// </summary>
internal static class DurableFile
{
    /// <summary>What unfinished files end with; a reader of the directory removes them.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes <paramref name="content"/> to <paramref name="path"/>; its directory must exist.</summary>
    public static void Publish(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + TemporarySuffix;
        using (var file = new FileStream(
            temporary,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        NativeFiles.Rename(temporary, path);
        NativeFiles.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes a file durably; nothing happens when it is not there.</summary>
    public static void Remove(string path)
    {
        if (NativeFiles.Unlink(path))
        {
            NativeFiles.SyncDirectory(Path.GetDirectoryName(path)!);
        }
    }
}
