using System.Buffers;
using System.Globalization;
using System.Text;
using Cairn.Agent.Native;
using Cairn.Repository;

namespace Cairn.Agent.Proofs;

/// <summary>Reads <c>/proc</c>. What vanishes while it is read has ended and is left out. Open only for tests that must not be root.</summary>
internal class ProcessTable(string proc)
{
    private const int MaxArgumentBytes = 128 << 10;

    /// <summary>The machine's own.</summary>
    public static ProcessTable Machine { get; } = new("/proc");

    /// <summary>Every process that is visible, this one included.</summary>
    /// <exception cref="IOException">The directory itself cannot be read.</exception>
    public IReadOnlyList<ProcessEntry> List()
    {
        var processes = new List<ProcessEntry>();
        foreach (var directory in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Read(id) is { } process)
            {
                processes.Add(process);
            }
        }

        return processes;
    }

    /// <summary>One process; null when it is gone.</summary>
    public ProcessEntry? Read(int id)
    {
        var directory = $"{proc}/{id.ToString(CultureInfo.InvariantCulture)}";
        var status = NativeFiles.Look(directory);
        if (status.Kind == FileKind.Missing)
        {
            return null;
        }

        var state = ReadText($"{directory}/stat");
        if (state is null)
        {
            return NativeFiles.Look(directory).Kind == FileKind.Missing
                ? null
                : new ProcessEntry(id, status.UserId, "", null, Zombie: false);
        }

        // "pid (name) state …"; the name may hold anything, also parentheses.
        var open = state.IndexOf('(', StringComparison.Ordinal);
        var close = state.LastIndexOf(')');
        var name = open >= 0 && close > open ? state[(open + 1)..close] : "";
        var zombie = close >= 0 && close + 2 < state.Length && state[close + 2] is 'Z' or 'X';
        var arguments = ReadText($"{directory}/cmdline");
        return new ProcessEntry(
            id, status.UserId, name, arguments?.Split('\0', StringSplitOptions.None).SkipLast(1).ToList(), zombie);
    }

    /// <summary>The directory that a process works in, for relative paths of its command line; null when it may not be read.</summary>
    public virtual string? WorkingDirectory(int id) => UnixLink.TryRead($"{proc}/{id.ToString(CultureInfo.InvariantCulture)}/cwd", out _);

    /// <summary>The file of a process's program; null when it may not be read.</summary>
    public string? Executable(int id) => UnixLink.TryRead($"{proc}/{id.ToString(CultureInfo.InvariantCulture)}/exe", out _);

    /// <summary>
    /// What a process has open: paths, and "socket:[inode]" for sockets. Null when that may not be read, empty when it is gone.
    /// </summary>
    public virtual IReadOnlyList<string>? OpenFiles(int id)
    {
        // A machine's processes have thousands of files open: one call for each, and none to look what it leads to.
        var directory = $"{proc}/{id.ToString(CultureInfo.InvariantCulture)}/fd";
        if (UnixDirectory.TryListNames(directory, out var error) is not { } names)
        {
            return IsGone(error) ? [] : null;
        }

        var files = new List<string>(names.Count);
        foreach (var name in names)
        {
            if (UnixLink.TryRead($"{directory}/{name}", out error) is { } target)
            {
                files.Add(target);
            }
            else if (!IsGone(error))
            {
                // Still open, and where it leads may not be read: root without CAP_SYS_PTRACE may list names only.
                return null;
            }
        }

        return files;
    }

    /// <summary>What a process has mapped into memory; null when that may not be read, empty when it is gone.</summary>
    public IReadOnlyList<string>? MappedFiles(int id)
    {
        try
        {
            return
            [
                .. File.ReadLines($"{proc}/{id.ToString(CultureInfo.InvariantCulture)}/maps")
                    .Select(line => (Line: line, At: line.IndexOf('/', StringComparison.Ordinal)))
                    .Where(found => found.At > 0)
                    .Select(found => found.Line[found.At..])
                    .Distinct(),
            ];
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static bool IsGone(int error) => error is NativeFailureException.NoEntry or NativeFailureException.NoProcess;

    private static string? ReadText(string path)
    {
        // Twice per process of the machine: too large to be made anew each time.
        var buffer = ArrayPool<byte>.Shared.Rent(MaxArgumentBytes);
        try
        {
            using var file = File.OpenHandle(path);
            var got = 0;
            while (got < MaxArgumentBytes && RandomAccess.Read(file, buffer.AsSpan(got, MaxArgumentBytes - got), got) is > 0 and var read)
            {
                got += read;
            }

            return Encoding.UTF8.GetString(buffer, 0, got);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
