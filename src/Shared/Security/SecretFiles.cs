using System.Runtime.InteropServices;
using System.Text;
using Cairn.Shared.Errors;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Shared.Security;

/// <summary>
/// Files that hold a secret: readable by their owner only, in a directory that is its owner's only, and published so that a
/// crash leaves the old content or the new one.
/// </summary>
public static partial class SecretFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const int MaxBytes = 256 * 1024;

    /// <summary>Makes a directory with mode 0700, or makes sure that the one that is there is nobody else's to read.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.KeyExposed"/>; <see cref="ErrorCode.InputOutput"/>.</exception>
    public static void EnsureDirectory(string path) => Guarded(path, () =>
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, OwnerDirectory);
        }

        RequirePrivate(path);
    });

    /// <summary>Writes a secret durably; mode 0600. The directory must be there.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InputOutput"/>.</exception>
    public static void Publish(string path, string content) => Guarded(path, () =>
    {
        var temporary = path + ".tmp";

        // What a crash left may have another mode; it is made anew, never opened.
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerFile,
        }))
        {
            file.Write(Encoding.UTF8.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    });

    /// <summary>Reads a secret; null when the file is not there.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.KeyExposed"/> when others may read it; <see cref="ErrorCode.InputOutput"/>.
    /// </exception>
    public static string? Read(string path)
    {
        string? content = null;
        Guarded(path, () =>
        {
            if (File.Exists(path))
            {
                RequirePrivate(path);
                content = ReadBounded(path);
            }
        });
        return content;
    }

    /// <summary>Reads a file that need not be secret, e.g. an authority's certificate.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InputOutput"/>.</exception>
    public static string ReadPublic(string path)
    {
        var content = "";
        Guarded(path, () => content = ReadBounded(path));
        return content;
    }

    private static string ReadBounded(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[MaxBytes + 1];
        var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length <= MaxBytes
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw new IOException($"more than {MaxBytes} bytes are no key, certificate or token");
    }

    private static void RequirePrivate(string path)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
        {
            throw new CairnException(
                ErrorCode.KeyExposed,
                $"'{path}' holds a secret, and its mode {Convert.ToString((int)mode, 8)} lets other users at it",
                $"chmod go-rwx '{path}', and find out whether somebody has read it",
                subject: path);
        }
    }

    private static void Guarded(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CairnException(
                ErrorCode.InputOutput,
                $"'{path}': {failure.Message}",
                "see that the path is right and that this user may use it",
                subject: path,
                cause: failure);
        }
    }

    private static void SyncDirectory(string path)
    {
        const int readOnlyCloseOnExec = 0x80000;
        using var directory = Open(path, readOnlyCloseOnExec);
        if (directory.IsInvalid || Sync(directory) != 0)
        {
            throw new IOException($"the directory '{path}' could not be synced: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
