using System.Security.Cryptography;
using System.Text;

namespace Cairn.Repository;

/// <summary>
/// The file that holds a chain's key: 32 random bytes, wrapped under a key of its own that comes out of the master key and the chain's
/// name. Whoever removes the file has made the chain unreadable for good.
/// </summary>
internal static class ChainKey
{
    /// <summary>Makes the chain's key durable, before anything is sealed with it.</summary>
    public static void Create(RepositoryLayout.ChainLayout chain, ReadOnlySpan<byte> master)
    {
        using var key = SecretBytes.Random(KeyDerivation.KeyBytes);
        using var wrapping = DeriveWrapping(chain.Id, master);
        var writer = new ByteWriter();
        writer.Text(chain.Id.Text);
        writer.Bytes(WrappedKey.Wrap(wrapping.Span, key.Span, Context(chain.Id)));
        DurableFile.Write(chain.Key, BlockFile.BuildSingle(new BlockOwner(FileKind.ChainKey, ""), BlockKind.ChainKey, writer.Written, ChainSealing.Plain));
    }

    /// <summary>Throws <see cref="RepositoryDamagedException"/> when the file is missing, damaged or another chain's.</summary>
    public static SecretBytes Read(RepositoryLayout.ChainLayout chain, ReadOnlySpan<byte> master)
    {
        try
        {
            var plain = BlockFile.TryReadSingle(chain.Key, new BlockOwner(FileKind.ChainKey, ""), BlockKind.ChainKey, ChainSealing.Plain) ??
                throw Missing(chain);
            var reader = new ByteReader(plain);
            var named = PointHeaderFormat.ReadChain(ref reader);
            if (named != chain.Id || reader.Remaining != WrappedKey.Size)
            {
                throw new InvalidDataException($"is the key of {named}, or not as long as a key");
            }

            using var wrapping = DeriveWrapping(chain.Id, master);
            return WrappedKey.TryUnwrap(wrapping.Span, plain.AsSpan(reader.Position), Context(chain.Id)) ??
                throw new InvalidDataException("the chain's key does not open with the repository's master key: the file was changed");
        }
        catch (InvalidDataException e)
        {
            throw new RepositoryDamagedException(chain.Key, e.Message, e);
        }
    }

    /// <summary>What is said of a chain that has data and no key.</summary>
    public static RepositoryDamagedException Missing(RepositoryLayout.ChainLayout chain) =>
        new(chain.Key, "the chain's key is missing, and nothing of the chain can be read without it");

    private static SecretBytes DeriveWrapping(ChainId chain, ReadOnlySpan<byte> master)
    {
        var wrapping = new SecretBytes(KeyDerivation.KeyBytes);
        HKDF.Expand(HashAlgorithmName.SHA256, master, wrapping.Span, Context(chain));
        return wrapping;
    }

    private static byte[] Context(ChainId chain) => Encoding.ASCII.GetBytes("cairn chain key " + chain.Text);
}
