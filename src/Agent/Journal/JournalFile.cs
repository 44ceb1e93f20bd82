using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Agent.Journal;

/// <summary>
/// The envelope of every file of the journal: one line of text, <c>cairn-agent-journal VERSION KIND LENGTH SHA256</c>,
/// then LENGTH bytes of JSON. Documented in docs/agent-journal.md, which changes with this file.
/// </summary>
internal static class JournalFile
{
    /// <summary>The version that this build writes, and the only one that it reads.</summary>
    public const int Version = 1;

    /// <summary>The longest body. A task's request and result each fit into a message of 4 MiB, and JSON makes them larger.</summary>
    public const int MaxBodyBytes = 32 * 1024 * 1024;

    private const string Magic = "cairn-agent-journal";
    private const int MaxHeaderBytes = 256;

    /// <summary>The file's bytes.</summary>
    public static byte[] Encode(string kind, ReadOnlySpan<byte> body)
    {
        var header = string.Create(
            CultureInfo.InvariantCulture,
            $"{Magic} {Version} {kind} {body.Length} {Convert.ToHexStringLower(SHA256.HashData(body))}\n");
        var headerBytes = Encoding.ASCII.GetBytes(header);
        var file = new byte[headerBytes.Length + body.Length];
        headerBytes.CopyTo(file, 0);
        body.CopyTo(file.AsSpan(headerBytes.Length));
        return file;
    }

    /// <summary>The body of a file, or, with <paramref name="problem"/> set, what is wrong with the file.</summary>
    public static ReadOnlyMemory<byte>? Decode(string kind, ReadOnlyMemory<byte> file, out string problem)
    {
        var lineEnd = file.Span[..Math.Min(file.Length, MaxHeaderBytes)].IndexOf((byte)'\n');
        var words = lineEnd < 0 ? [] : Encoding.ASCII.GetString(file.Span[..lineEnd]).Split(' ');
        problem = words switch
        {
            { Length: < 5 } => "it does not begin with the line of a journal file",
            _ when words.Length > 5 || words[0] != Magic => "it does not begin with the line of a journal file",
            _ when words[1] != Version.ToString(CultureInfo.InvariantCulture) =>
                $"its version is {Printable(words[1])}, and this build reads {Version}",
            _ when words[2] != kind => $"it is of kind '{Printable(words[2])}', not '{kind}'",
            _ when !int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length != file.Length - lineEnd - 1 =>
                $"it has {file.Length - lineEnd - 1} bytes after its first line, not {Printable(words[3])}",
            _ when !words[4].Equals(
                Convert.ToHexStringLower(SHA256.HashData(file.Span[(lineEnd + 1)..])), StringComparison.Ordinal) =>
                "its SHA-256 is not the one that its first line names",
            _ => "",
        };
        return problem.Length == 0 ? file[(lineEnd + 1)..] : null;
    }

    private static string Printable(string word) =>
        new([.. word.Take(40).Select(c => char.IsControl(c) ? '?' : c)]);
}
