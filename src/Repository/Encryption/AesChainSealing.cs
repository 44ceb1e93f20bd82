using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Repository;

/// <summary>
/// Names and seals with a chain's key. Names are HMAC-SHA-256, so that they tell nothing about the bytes. Every opening of a chain
/// seals with a data key of its own, HKDF of the chain's key and a random key id, and with nonces of 96 random bits; after 2^32 nonces it refuses,
/// which bounds the chance that two of one key are equal by 2^-33 (NIST SP 800-38D, 8.3). What is sealed is bound to the chain's name and to the
/// context of its kind and place.
/// </summary>
internal sealed class AesChainSealing : ChainSealing, IDisposable
{
    private const int TagBytes = 16;
    private const string DoesNotOpen = "it does not open with the chain's key: it was changed, or belongs elsewhere";
    private const long MaxSeals = 1L << 32;

    private readonly SecretBytes chainKey;
    private readonly SecretBytes namingKey = new(KeyDerivation.KeyBytes);
    private readonly byte[] chainName;
    private readonly ConcurrentDictionary<uint, DataKey> dataKeys = [];
    private readonly DataKey own;
    private long seals;

    /// <param name="chain">The chain's name.</param>
    /// <param name="chainKey">The chain's key, which this object takes over.</param>
    public AesChainSealing(ChainId chain, SecretBytes chainKey)
    {
        this.chainKey = chainKey;
        chainName = Encoding.ASCII.GetBytes(chain.Text);
        HKDF.Expand(HashAlgorithmName.SHA256, chainKey.Span, namingKey.Span, "cairn names"u8);
        Span<byte> id = stackalloc byte[sizeof(uint)];
        do
        {
            RandomNumberGenerator.Fill(id);
            KeyId = BinaryPrimitives.ReadUInt32LittleEndian(id);
        }
        while (KeyId == 0);

        own = dataKeys[KeyId] = new DataKey(chainKey.Span, KeyId);
    }

    public override byte Cipher => 1;

    public override uint KeyId { get; }

    public override int Overhead => TagBytes;

    public override Sha256Digest Name(ReadOnlySpan<byte> plain)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        SHA256.HashData(plain, digest);
        return NameOf(new Sha256Digest(digest));
    }

    /// <summary>The name of a record whose plain bytes have this SHA-256.</summary>
    public Sha256Digest NameOf(Sha256Digest content)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        Span<byte> name = stackalloc byte[Sha256Digest.Size];
        content.CopyTo(digest);
        HMACSHA256.HashData(namingKey.Span, digest, name);
        return new Sha256Digest(name);
    }

    public override int Seal(Span<byte> buffer, int length, ReadOnlySpan<byte> context, Span<byte> nonce)
    {
        if (Interlocked.Increment(ref seals) > MaxSeals)
        {
            throw new InvalidOperationException($"{MaxSeals} blocks were sealed with one key: open the repository again");
        }

        RandomNumberGenerator.Fill(nonce);
        var bound = Bind(context, stackalloc byte[context.Length + chainName.Length]);
        own.Encrypt(nonce, buffer, length, bound);
        return length + TagBytes;
    }

    public override string? TryOpen(
        in SealHeader header, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> context, Span<byte> sealedBytes, out int length)
    {
        length = sealedBytes.Length - TagBytes;
        if (header.Cipher != Cipher || length < 0)
        {
            return "it is not encrypted, and all of this chain is";
        }

        var bound = Bind(context, stackalloc byte[context.Length + chainName.Length]);
        if (dataKeys.TryGetValue(header.KeyId, out var known))
        {
            return known.TryDecrypt(nonce, sealedBytes, length, bound) ? null : DoesNotOpen;
        }

        // A key that opened nothing is not kept: hostile headers can name any number of them.
        var key = new DataKey(chainKey.Span, header.KeyId);
        var opened = key.TryDecrypt(nonce, sealedBytes, length, bound);
        if (!opened || !dataKeys.TryAdd(header.KeyId, key))
        {
            key.Dispose();
        }

        return opened ? null : DoesNotOpen;
    }

    public void Dispose()
    {
        foreach (var key in dataKeys.Values)
        {
            key.Dispose();
        }

        namingKey.Dispose();
        chainKey.Dispose();
    }

    private ReadOnlySpan<byte> Bind(ReadOnlySpan<byte> context, Span<byte> bound)
    {
        context.CopyTo(bound);
        chainName.CopyTo(bound[context.Length..]);
        return bound;
    }

    /// <summary>One data key. Ciphers are not for concurrent use, so every call takes one for itself.</summary>
    private sealed class DataKey : IDisposable
    {
        private readonly SecretBytes key = new(KeyDerivation.KeyBytes);
        private readonly ConcurrentBag<AesGcm> idle = [];

        public DataKey(ReadOnlySpan<byte> chainKey, uint keyId)
        {
            Span<byte> info = stackalloc byte[14 + sizeof(uint)];
            "cairn data key"u8.CopyTo(info);
            BinaryPrimitives.WriteUInt32LittleEndian(info[14..], keyId);
            HKDF.Expand(HashAlgorithmName.SHA256, chainKey, key.Span, info);
        }

        public void Encrypt(ReadOnlySpan<byte> nonce, Span<byte> buffer, int length, ReadOnlySpan<byte> bound)
        {
            var aes = Take();
            aes.Encrypt(nonce, buffer[..length], buffer[..length], buffer.Slice(length, TagBytes), bound);
            idle.Add(aes);
        }

        public bool TryDecrypt(ReadOnlySpan<byte> nonce, Span<byte> sealedBytes, int length, ReadOnlySpan<byte> bound)
        {
            var aes = Take();
            try
            {
                aes.Decrypt(nonce, sealedBytes[..length], sealedBytes[length..], sealedBytes[..length], bound);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
            finally
            {
                idle.Add(aes);
            }
        }

        public void Dispose()
        {
            key.Dispose();
            while (idle.TryTake(out var aes))
            {
                aes.Dispose();
            }
        }

        private AesGcm Take() => idle.TryTake(out var aes) ? aes : new AesGcm(key.Span, TagBytes);
    }
}
