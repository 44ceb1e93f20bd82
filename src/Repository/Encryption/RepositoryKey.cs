using System.Text;

namespace Cairn.Repository;

/// <summary>
/// What the operator opens an encrypted repository with. Holds key material until it is disposed; whoever made it disposes it, after the
/// repository that was opened with it is open.
/// </summary>
public sealed class RepositoryKey : IDisposable
{
    /// <summary>Bytes of a key file.</summary>
    public const int KeyFileBytes = 32;

    /// <summary>The fewest bytes of a passphrase: fewer are guessed whatever the cost of one guess.</summary>
    public const int MinPassphraseBytes = 8;

    /// <summary>The most bytes of a passphrase.</summary>
    public const int MaxPassphraseBytes = 1024;

    private readonly SecretBytes material;

    private RepositoryKey(RepositoryKeyKind kind, SecretBytes material) => (Kind, this.material) = (kind, material);

    /// <summary>A passphrase or a key file.</summary>
    public RepositoryKeyKind Kind { get; }

    internal ReadOnlySpan<byte> Material => material.Span;

    /// <summary>
    /// A passphrase as it is. <paramref name="origin"/> says in errors where it came from. Throws <see cref="KeyMaterialException"/> when it
    /// has not 8 to 1024 bytes of UTF-8.
    /// </summary>
    public static RepositoryKey FromPassphrase(string passphrase, string origin)
    {
        using var bytes = new SecretBytes(Encoding.UTF8.GetByteCount(passphrase));
        Encoding.UTF8.GetBytes(passphrase, bytes.Span);
        return FromPassphrase(bytes.Span, origin);
    }

    /// <summary>
    /// The passphrase in a file: all its bytes, without one line end behind them. Throws <see cref="KeyMaterialException"/> when the file is not there,
    /// cannot be read, or holds no passphrase of 8 to 1024 bytes.
    /// </summary>
    public static RepositoryKey FromPassphraseFile(string path)
    {
        using var content = Read(path, MaxPassphraseBytes + 2);
        var passphrase = (ReadOnlySpan<byte>)content.Span;
        passphrase = passphrase.EndsWith("\r\n"u8) ? passphrase[..^2] : passphrase.EndsWith("\n"u8) ? passphrase[..^1] : passphrase;
        return FromPassphrase(passphrase, path);
    }

    /// <summary>The key in a file of exactly 32 bytes. Throws <see cref="KeyMaterialException"/> for any other.</summary>
    public static RepositoryKey FromKeyFile(string path)
    {
        var content = Read(path, KeyFileBytes + 1);
        if (content.Span.Length != KeyFileBytes || !content.Span.ContainsAnyExcept(content.Span[0]))
        {
            content.Dispose();
            throw new KeyMaterialException(path, $"is no key file: it must have {KeyFileBytes} random bytes");
        }

        return new RepositoryKey(RepositoryKeyKind.KeyFile, content);
    }

    /// <inheritdoc/>
    public void Dispose() => material.Dispose();

    private static RepositoryKey FromPassphrase(ReadOnlySpan<byte> passphrase, string origin) =>
        passphrase.Length is >= MinPassphraseBytes and <= MaxPassphraseBytes
            ? new RepositoryKey(RepositoryKeyKind.Passphrase, new SecretBytes(passphrase))
            : throw new KeyMaterialException(origin, $"holds no passphrase of {MinPassphraseBytes} to {MaxPassphraseBytes} bytes");

    // The file may be reached through a link: container platforms give secrets so.
    private static SecretBytes Read(string path, int maxBytes)
    {
        using var buffer = new SecretBytes(maxBytes);
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return new SecretBytes(buffer.Span[..UnixFile.ReadFully(file, buffer.Span, offset: 0, path)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RepositoryIoException)
        {
            throw new KeyMaterialException(path, $"cannot be read: {e.Message}", e);
        }
    }
}
