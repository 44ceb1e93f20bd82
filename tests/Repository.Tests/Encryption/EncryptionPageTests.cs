using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Repository.Tests.Format;
using static Cairn.Repository.Tests.Format.FormatPage;

namespace Cairn.Repository.Tests.Encryption;

public sealed class EncryptionPageTests
{
    private const string Chain = "c-20261101T120000Z-3fa9c1";
    private const string Point = "20261101T120000Z-0b5e7d";

    private const string Passphrase = "correct horse battery staple";

    private static readonly byte[] MasterKey = [.. Enumerable.Range(32, 32).Select(i => (byte)i)];
    private static readonly byte[] ChainKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void The_encrypted_block_on_the_page_opens_by_the_page_s_own_rules()
    {
        var block = Hex("encrypted");
        byte[] info = [.. "cairn data key"u8, .. block[16..20]];
        var offset = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(offset, 16);
        byte[] context = [.. block[..12], .. offset, .. "CAIRNMAN"u8, .. System.Text.Encoding.UTF8.GetBytes(Point), .. System.Text.Encoding.UTF8.GetBytes(Chain)];
        var plain = new byte[5];

        using var aes = new AesGcm(HKDF.Expand(HashAlgorithmName.SHA256, ChainKey, 32, info), 16);
        aes.Decrypt(block[20..32], block[40..45], block[45..], plain, context);

        Assert.Equal("hello"u8.ToArray(), plain);
    }

    [Fact]
    public void The_product_opens_the_encrypted_block_and_gives_the_name_on_the_page()
    {
        using var sealing = new AesChainSealing(ChainId.Parse(Chain), new SecretBytes(ChainKey));
        using var codec = new BlockCodec(sealing, new BlockOwner(FileKind.Manifest, Point));
        var block = Hex("encrypted");

        var plain = codec.Decode(BlockCodec.DecodeHeader(block), block, offset: 16);

        Assert.Equal("hello"u8.ToArray(), plain);
        Assert.Contains(Convert.ToHexStringLower(NameOfHello(sealing)), FormatPage.Text, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => codec.Decode(BlockCodec.DecodeHeader(Hex("encrypted")), Hex("encrypted"), offset: 17));
    }

    [Fact]
    public void The_key_slot_on_the_page_opens_with_its_passphrase_by_the_page_s_own_rules()
    {
        var plain = IndependentReader.ReadKeySlot(Hex("slot"));
        var at = 4 + 32 + 4 + 2 + 4 + "first".Length + 16;
        var (derivation, iterations) = (plain[at], BinaryPrimitives.ReadInt32LittleEndian(plain.AsSpan(at + 1)));
        var (salt, check) = (plain[(at + 9)..(at + 41)], plain[(at + 45)..(at + 61)]);
        var (described, wrapped) = (plain[..(at + 61)], plain[(at + 61)..]);
        var master = new byte[32];

        var root = Rfc2898DeriveBytes.Pbkdf2(System.Text.Encoding.UTF8.GetBytes(Passphrase), salt, iterations, HashAlgorithmName.SHA512, 32);
        using var aes = new AesGcm(HKDF.Expand(HashAlgorithmName.SHA256, root, 32, "cairn slot wrapping key"u8.ToArray()), 16);
        aes.Decrypt(wrapped[..12], wrapped[12..44], wrapped[44..], master, described);

        Assert.Equal(((byte)2, 210_000), (derivation, iterations));
        Assert.Equal(HKDF.Expand(HashAlgorithmName.SHA256, root, 16, "cairn slot check"u8.ToArray()), check);
        Assert.Equal(MasterKey, master);
    }

    [Fact]
    public void The_product_opens_the_key_slot_on_the_page()
    {
        Assert.True(RepositoryId.TryParse("000102030405060708090a0b0c0d0e0f", out var repository));
        var slot = KeySlotFormat.Decode(IndependentReader.ReadKeySlot(Hex("slot")), repository, number: 1);
        using var right = RepositoryKey.FromPassphrase(Passphrase, "the page");
        using var wrong = RepositoryKey.FromPassphrase(Passphrase + "s", "the page");

        Assert.True(KeySlotFormat.TryKey(slot, right, out var master));
        using (master)
        {
            Assert.Equal(MasterKey, master!.Span.ToArray());
        }

        Assert.False(KeySlotFormat.TryKey(slot, wrong, out _));
    }

    private static byte[] NameOfHello(AesChainSealing sealing)
    {
        var name = new byte[Sha256Digest.Size];
        sealing.Name("hello"u8).CopyTo(name);
        return name;
    }
}
