using System.Globalization;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.OpenGauss.Configuration;

/// <summary>What a server that was started wrote into <c>postmaster.pid</c>.</summary>
/// <param name="ProcessId">The postmaster.</param>
/// <param name="Port">Its port; null when the line is not there yet.</param>
/// <param name="SocketDirectory">Its socket directory; empty for none.</param>
/// <param name="ListenAddress">The first address that it listens on; empty for none.</param>
internal sealed record PostmasterFile(int ProcessId, int? Port, string SocketDirectory, string ListenAddress)
{
    /// <summary>Its name in a data directory.</summary>
    public const string Name = "postmaster.pid";

    private const int MaxBytes = 16 * 1024;

    /// <summary>Reads it; null when it is not there or holds no process id.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PostmasterFile? Read(string dataDirectory)
    {
        var path = $"{dataDirectory}/{Name}";
        if (NativeFiles.Look(path) is not { Kind: FileKind.Regular, SizeBytes: <= MaxBytes })
        {
            return null;
        }

        try
        {
            return Parse(File.ReadAllLines(path));
        }
        catch (FileNotFoundException)
        {
            // Stopped just now.
            return null;
        }
    }

    /// <summary>Lines: process, data directory, start, port, socket directory, address, shared memory, and since 10 a status.</summary>
    public static PostmasterFile? Parse(IReadOnlyList<string> lines) =>
        lines.Count > 0 && int.TryParse(lines[0].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var process)
            ? new PostmasterFile(
                Math.Abs(process),
                lines.Count > 3 && ServerConfiguration.TryPort(lines[3].Trim(), out var port) ? port : null,
                lines.Count > 4 ? lines[4].Trim() : "",
                lines.Count > 5 ? lines[5].Trim() : "")
            : null;
}
