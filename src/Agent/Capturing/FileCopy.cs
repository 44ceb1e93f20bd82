using System.Buffers;
using Cairn.Agent.Native;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Capturing;

/// <summary>Copies one file with its owner, mode, time and extended attributes; holes stay holes.</summary>
internal static class FileCopy
{
    private const int BufferBytes = 256 << 10;
    private const int HoleBytes = 4096;
    private const uint OwnerOnly = 0x180;

    /// <summary>
    /// Copies <paramref name="source"/> over <paramref name="target"/>, front to back. A file that grows meanwhile is copied up to
    /// the length it had when opened, or, with <paramref name="untilEnd"/>, to the end that is met. Null when the source
    /// is gone; else the copied bytes. The target gets the attributes that the source had when it was opened.
    /// </summary>
    /// <exception cref="IOException">Reading or writing failed, the source is not a regular file, or it has more than <paramref name="maxBytes"/>.</exception>
    public static async Task<long?> CopyAsync(
        string source, string target, bool untilEnd, long maxBytes, CancellationToken cancellationToken)
    {
        using var input = Open(source);
        if (input is null || NativeFiles.Look(source) is not { Kind: not FileKind.Missing } status)
        {
            return null;
        }

        if (status.Kind != FileKind.Regular)
        {
            throw new IOException($"'{source}' is not a regular file");
        }

        var limit = untilEnd ? long.MaxValue : RandomAccess.GetLength(input);
        NativeFiles.Unlink(target);
        using var output = NativeFiles.Open(target, LibC.OpenReadWrite | LibC.OpenCreate | LibC.OpenExclusive, OwnerOnly);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long done = 0;
            while (done < limit)
            {
                var wanted = (int)Math.Min(BufferBytes, limit - done);
                var read = await RandomAccess.ReadAsync(input, buffer.AsMemory(0, wanted), done, cancellationToken);
                if (read == 0)
                {
                    break;
                }

                if (done + read > maxBytes)
                {
                    throw new IOException($"'{source}' has more than {maxBytes} bytes");
                }

                await WriteWithHolesAsync(output, buffer.AsMemory(0, read), done, cancellationToken);
                done += read;
            }

            RandomAccess.SetLength(output, done);
            CopiedAttributes.Set(target, status, source);
            return done;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static SafeFileHandle? Open(string source)
    {
        try
        {
            return NativeFiles.OpenForReading(source);
        }
        catch (NativeFailureException failure)
        {
            throw new IOException($"cannot open '{source}': {failure.Reason}", failure);
        }
    }

    private static async Task WriteWithHolesAsync(
        SafeFileHandle output, ReadOnlyMemory<byte> bytes, long at, CancellationToken cancellationToken)
    {
        for (var start = 0; start < bytes.Length;)
        {
            var end = start;
            while (end < bytes.Length && !IsZero(bytes.Span, end))
            {
                end = Math.Min(end + HoleBytes, bytes.Length);
            }

            if (end > start)
            {
                await RandomAccess.WriteAsync(output, bytes[start..end], at + start, cancellationToken);
            }

            start = end < bytes.Length ? Math.Min(end + HoleBytes, bytes.Length) : end;
        }
    }

    private static bool IsZero(ReadOnlySpan<byte> bytes, int at) =>
        !bytes[at..Math.Min(at + HoleBytes, bytes.Length)].ContainsAnyExcept((byte)0);
}
