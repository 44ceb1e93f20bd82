namespace Cairn.Repository;

/// <summary>
/// How a chain's records and blocks are named and sealed: plainly, or with the chain's keys. Safe for concurrent use. What it seals is bound to a
/// <c>context</c> that the reader puts together again from what it expects, so that nothing sealed can stand in another's place.
/// </summary>
internal abstract class ChainSealing
{
    /// <summary>The most bytes that any sealing adds.</summary>
    public const int MaxOverhead = 16;

    public const int NonceSize = 12;

    /// <summary>Nothing is sealed, and names are SHA-256 of the plain bytes.</summary>
    public static ChainSealing Plain { get; } = new PlainSealing();

    /// <summary>What headers say: 0 not sealed, 1 AES-256-GCM.</summary>
    public abstract byte Cipher { get; }

    /// <summary>The key that is sealed with; 0 when nothing is sealed.</summary>
    public abstract uint KeyId { get; }

    /// <summary>Bytes that sealing adds behind what it seals.</summary>
    public abstract int Overhead { get; }

    /// <summary>The name of a record with these plain bytes; tells nothing about them unless they are stored plainly too.</summary>
    public abstract Sha256Digest Name(ReadOnlySpan<byte> plain);

    /// <summary>
    /// Seals the first <paramref name="length"/> bytes of <paramref name="buffer"/> where they are and puts <see cref="Overhead"/> bytes behind them; fills
    /// <paramref name="nonce"/>. The sealed length.
    /// </summary>
    public abstract int Seal(Span<byte> buffer, int length, ReadOnlySpan<byte> context, Span<byte> nonce);

    /// <summary>
    /// Opens what was sealed, where it is. Null with the length of what was inside; else why it cannot be opened.
    /// </summary>
    public abstract string? TryOpen(
        in SealHeader header, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> context, Span<byte> sealedBytes, out int length);

    private sealed class PlainSealing : ChainSealing
    {
        public override byte Cipher => 0;

        public override uint KeyId => 0;

        public override int Overhead => 0;

        public override Sha256Digest Name(ReadOnlySpan<byte> plain)
        {
            Span<byte> digest = stackalloc byte[Sha256Digest.Size];
            System.Security.Cryptography.SHA256.HashData(plain, digest);
            return new Sha256Digest(digest);
        }

        public override int Seal(Span<byte> buffer, int length, ReadOnlySpan<byte> context, Span<byte> nonce)
        {
            nonce.Clear();
            return length;
        }

        public override string? TryOpen(
            in SealHeader header, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> context, Span<byte> sealedBytes, out int length)
        {
            length = sealedBytes.Length;
            return header.Cipher == 0 ? null : $"it is encrypted with key {header.KeyId}, and this repository was opened without keys";
        }
    }
}
