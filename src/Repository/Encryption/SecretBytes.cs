using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>
/// Key material: pinned, so that the collector leaves no copies of it behind, and zeroed when it is disposed. The caller does not use it
/// afterwards.
/// </summary>
internal sealed class SecretBytes : IDisposable
{
    private readonly byte[] bytes;
    private volatile bool disposed;

    public SecretBytes(int length) => bytes = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    public SecretBytes(ReadOnlySpan<byte> source)
        : this(source.Length) => source.CopyTo(bytes);

    /// <summary>The material. Throws <see cref="ObjectDisposedException"/> afterwards: zeros must never pass for a key.</summary>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return bytes;
        }
    }

    public static SecretBytes Random(int length)
    {
        var secret = new SecretBytes(length);
        RandomNumberGenerator.Fill(secret.Span);
        return secret;
    }

    public void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(bytes);
    }
}
