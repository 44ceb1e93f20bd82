using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>
/// A key of 32 bytes under AES-256-GCM: nonce (12), key (32), tag (16). Every wrapping key is used for one key only, so that its nonces never meet.
/// </summary>
internal static class WrappedKey
{
    public const int Size = NonceBytes + KeyDerivation.KeyBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public static byte[] Wrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> key, ReadOnlySpan<byte> context)
    {
        var wrapped = new byte[Size];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(wrapping, TagBytes);
        aes.Encrypt(
            wrapped.AsSpan(0, NonceBytes), key, wrapped.AsSpan(NonceBytes, KeyDerivation.KeyBytes), wrapped.AsSpan(NonceBytes + KeyDerivation.KeyBytes), context);
        return wrapped;
    }

    /// <summary>Null when the wrapping key is another one, or the bytes or their context were changed.</summary>
    public static SecretBytes? TryUnwrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> context)
    {
        var key = new SecretBytes(KeyDerivation.KeyBytes);
        using var aes = new AesGcm(wrapping, TagBytes);
        try
        {
            aes.Decrypt(
                wrapped[..NonceBytes], wrapped.Slice(NonceBytes, KeyDerivation.KeyBytes), wrapped[(NonceBytes + KeyDerivation.KeyBytes)..], key.Span, context);
            return key;
        }
        catch (AuthenticationTagMismatchException)
        {
            key.Dispose();
            return null;
        }
    }
}
