using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Coordinator.Identity;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Security.Identity;

public sealed class AuthoritySealTests
{
    private const string Passphrase = "correct horse battery staple";

    private static readonly AuthorityContents Contents = new()
    {
        Authority = "certificate and key",
        Revocations = { new NodeRevocation { Node = "og9" } },
    };

    [Fact]
    public void What_was_sealed_comes_out_again_with_the_passphrase()
    {
        var text = AuthoritySeal.Seal(Contents, Passphrase);

        Assert.DoesNotContain(Convert.ToBase64String("certificate and key"u8), text, StringComparison.Ordinal);
        Assert.Equal(Contents, AuthoritySeal.Open(text, Passphrase));
    }

    [Fact]
    public void The_layout_is_the_one_that_the_page_describes()
    {
        var text = AuthoritySeal.Seal(Contents, Passphrase);

        // docs/security.md: magic, iterations, salt, nonce, ciphertext, tag; the first 40 bytes are authenticated too.
        var all = Convert.FromBase64String(string.Concat(text.Split('\n').Where(line => !line.StartsWith('-'))));
        var iterations = BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(8));
        var key = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(Passphrase), all.AsSpan(12, 16), iterations, HashAlgorithmName.SHA256, 32);
        var plain = new byte[all.Length - 40 - 16];
        using var cipher = new AesGcm(key, 16);
        cipher.Decrypt(all.AsSpan(28, 12), all.AsSpan(40, plain.Length), all.AsSpan(all.Length - 16), plain, all.AsSpan(0, 40));

        Assert.Equal("CAIRNCA1", Encoding.ASCII.GetString(all, 0, 8));
        Assert.Equal(600_000, iterations);
        Assert.Equal(Contents, AuthorityContents.Parser.ParseFrom(plain));
    }

    [Fact]
    public void A_wrong_passphrase_opens_nothing()
    {
        var text = AuthoritySeal.Seal(Contents, Passphrase);

        var refusal = Assert.Throws<CairnException>(() => AuthoritySeal.Open(text, Passphrase + "r"));

        Assert.Equal(ErrorCode.AuthorityUnusable, refusal.Code);
        Assert.DoesNotContain("horse", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(45)]
    public void A_changed_byte_is_noticed(int at)
    {
        var text = AuthoritySeal.Seal(Contents, Passphrase);
        var lines = text.Split('\n');
        var all = Convert.FromBase64String(string.Concat(lines.Where(line => !line.StartsWith('-'))));
        all[at] ^= 1;
        var changed = PemEncoding.WriteString("CAIRN SEALED AUTHORITY", all);

        Assert.Equal(ErrorCode.AuthorityUnusable, Assert.Throws<CairnException>(() => AuthoritySeal.Open(changed, Passphrase)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no seal")]
    [InlineData("-----BEGIN CAIRN SEALED AUTHORITY-----\nAAAA\n-----END CAIRN SEALED AUTHORITY-----\n")]
    public void What_is_no_seal_is_refused(string text) =>
        Assert.Equal(ErrorCode.AuthorityUnusable, Assert.Throws<CairnException>(() => AuthoritySeal.Open(text, Passphrase)).Code);

    [Fact]
    public void A_short_passphrase_seals_nothing() =>
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Throws<CairnException>(() => AuthoritySeal.Seal(Contents, "hunter2")).Code);
}
