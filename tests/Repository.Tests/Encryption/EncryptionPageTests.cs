using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn.TestKit;

namespace Cairn.Repository.Tests.Encryption;

public sealed class EncryptionPageTests
{
    private const string Chain = "c-20261101T120000Z-3fa9c1";
    private const string Point = "20261101T120000Z-0b5e7d";

    private static readonly string Page = File.ReadAllText(Checkout.PathOf("docs/repository-format.md"));
    private static readonly byte[] ChainKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void The_encrypted_block_on_the_page_opens_by_the_page_s_own_rules()
    {
        var block = Example();
        byte[] info = [.. "cairn data key"u8, .. block[16..20]];
        var offset = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(offset, 16);
        byte[] context = [.. block[..12], .. offset, .. "CAIRNMAN"u8, .. Encoding.UTF8.GetBytes(Point), .. Encoding.UTF8.GetBytes(Chain)];
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
        var block = Example();

        var plain = codec.Decode(BlockCodec.DecodeHeader(block), block, offset: 16);

        Assert.Equal("hello"u8.ToArray(), plain);
        Assert.Contains(Convert.ToHexStringLower(NameOfHello(sealing)), Page, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => codec.Decode(BlockCodec.DecodeHeader(Example()), Example(), offset: 17));
    }

    private static byte[] NameOfHello(AesChainSealing sealing)
    {
        var name = new byte[Sha256Digest.Size];
        sealing.Name("hello"u8).CopyTo(name);
        return name;
    }

    private static byte[] Example() =>
    [
        .. Page.Split('\n').SkipWhile(l => l != "```hex encrypted").Skip(1).TakeWhile(l => l != "```")
            .SelectMany(l => l[6..].Split(' ')).Select(b => byte.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
    ];
}
