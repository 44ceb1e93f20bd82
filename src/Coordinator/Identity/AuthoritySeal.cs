using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Coordinator.Identity;

/// <summary>
/// The sealed copy of an authority: AES-256-GCM under a key that PBKDF2 makes of a passphrase. The layout is in
/// docs/security.md; keep both in step.
/// </summary>
internal static class AuthoritySeal
{
    /// <summary>What PBKDF2 repeats: a guess costs an attacker that much.</summary>
    public const int Iterations = 600_000;

    /// <summary>The shortest passphrase.</summary>
    public const int MinPassphrase = 12;

    private const string Label = "CAIRN SEALED AUTHORITY";
    private const int MaxIterations = 10_000_000;
    private const int MaxPassphrase = 1024;
    private const int SaltBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 8 + 4 + SaltBytes + NonceBytes;

    private static ReadOnlySpan<byte> Magic => "CAIRNCA1"u8;

    /// <summary>Seals an authority; the answer is text.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: the passphrase is too short or too long.</exception>
    public static string Seal(AuthorityContents contents, string passphrase)
    {
        if (passphrase.Length is < MinPassphrase or > MaxPassphrase)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"a passphrase of {passphrase.Length} characters does not protect an authority",
                $"use at least {MinPassphrase}, better several words; at most {MaxPassphrase}");
        }

        var plain = contents.ToByteArray();
        var all = new byte[HeaderBytes + plain.Length + TagBytes];
        var header = all.AsSpan(0, HeaderBytes);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Iterations);
        RandomNumberGenerator.Fill(header[12..]);
        var key = KeyOf(passphrase, header.Slice(12, SaltBytes), Iterations);
        try
        {
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Encrypt(
                header[(12 + SaltBytes)..],
                plain,
                all.AsSpan(HeaderBytes, plain.Length),
                all.AsSpan(HeaderBytes + plain.Length),
                header);
            return PemEncoding.WriteString(Label, all) + "\n";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Opens a sealed authority.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AuthorityUnusable"/>: not one, damaged, or the wrong passphrase.</exception>
    public static AuthorityContents Open(string text, string passphrase)
    {
        var all = Decode(text);
        var header = all.AsSpan(0, HeaderBytes);
        var iterations = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (!header.StartsWith(Magic) || iterations is < 1 or > MaxIterations)
        {
            throw Unusable("it is of another version, or damaged");
        }

        var key = KeyOf(passphrase, header.Slice(12, SaltBytes), iterations);
        var plain = new byte[all.Length - HeaderBytes - TagBytes];
        try
        {
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(
                header[(12 + SaltBytes)..],
                all.AsSpan(HeaderBytes, plain.Length),
                all.AsSpan(HeaderBytes + plain.Length),
                plain,
                header);
            return AuthorityContents.Parser.ParseFrom(plain);
        }
        catch (Exception failure) when (failure is AuthenticationTagMismatchException or InvalidProtocolBufferException)
        {
            throw Unusable("the passphrase is wrong, or the file was changed");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Decode(string text)
    {
        if (PemEncoding.TryFind(text, out var fields) && text.AsSpan()[fields.Label].SequenceEqual(Label))
        {
            var all = Convert.FromBase64String(text[fields.Base64Data]);
            if (all.Length > HeaderBytes + TagBytes)
            {
                return all;
            }
        }

        throw Unusable("there is no sealed authority in it");
    }

    private static byte[] KeyOf(string passphrase, ReadOnlySpan<byte> salt, int iterations) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(passphrase), salt, iterations, HashAlgorithmName.SHA256, outputLength: 32);

    private static CairnException Unusable(string why) => new(
        ErrorCode.AuthorityUnusable,
        $"the sealed authority cannot be opened: {why}",
        "give the file that 'cairn ca backup' wrote, whole, and its passphrase");
}
