using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Agent.Engines.OpenGauss.Server.Login;

/// <summary>
/// What an openGauss server asks of whoever logs in with a password that it keeps as SHA256, and the answer to it. Neither the password nor
/// anything that stands for it goes over the line.
/// </summary>
/// <param name="Salt">Of the password.</param>
/// <param name="Token">Of this login.</param>
/// <param name="Iterations">How often the password is hashed; null from a server that does not say.</param>
/// <param name="ServerProof">That the server knows the password, from one that says that instead; else empty.</param>
internal sealed record Sha256Question(byte[] Salt, byte[] Token, int? Iterations, byte[] ServerProof)
{
    private const int Sha256Method = 2;
    private const int SaltDigits = 64;
    private const int TokenDigits = 8;
    private const int ProofDigits = 64;
    private const int KeyBytes = 32;

    /// <summary>Fewer make it easy to try passwords; no server is set to less.</summary>
    private const int FewestIterations = 2048;

    /// <summary>More are of use only to keep the agent busy.</summary>
    private const int MostIterations = 1_000_000;

    /// <summary>What servers that do not say their number use: the standard one, and that of old versions.</summary>
    private static readonly int[] UsualIterations = [10_000, 2048];

    /// <summary>Reads what stands behind the request's code: method, salt, token, and a count or a proof, told apart by their length.</summary>
    /// <exception cref="LoginException">It is none, or asks for something unreasonable.</exception>
    public static Sha256Question Parse(ReadOnlySpan<byte> body)
    {
        const int fixedBytes = sizeof(int) + SaltDigits + TokenDigits;
        if (body.Length is not (fixedBytes + sizeof(int)) and not (fixedBytes + ProofDigits))
        {
            throw Strange($"it has {body.Length} bytes");
        }

        var method = BinaryPrimitives.ReadInt32BigEndian(body);
        if (method != Sha256Method)
        {
            throw Strange($"its method is {method}, {Sha256Method} is known");
        }

        var salt = Digits(body.Slice(sizeof(int), SaltDigits));
        var token = Digits(body.Slice(sizeof(int) + SaltDigits, TokenDigits));
        var rest = body[fixedBytes..];
        if (rest.Length == ProofDigits)
        {
            return new Sha256Question(salt, token, Iterations: null, Digits(rest));
        }

        var iterations = BinaryPrimitives.ReadInt32BigEndian(rest);
        return iterations is >= FewestIterations and <= MostIterations
            ? new Sha256Question(salt, token, iterations, [])
            : throw Strange($"it wants the password hashed {iterations} times, and {FewestIterations} to {MostIterations} are reasonable");
    }

    /// <summary>The answer, as it goes into the password message.</summary>
    /// <exception cref="LoginException">The server's proof is not that of one that knows this password.</exception>
    public string Answer(string password)
    {
        foreach (var iterations in Iterations is { } told ? [told] : UsualIterations)
        {
            var key = Key(password, iterations);

            // The word is the protocol's own.
            var proof = HMACSHA256.HashData(HMACSHA256.HashData(key, "Sever Key"u8), Token);
            if (ServerProof.Length > 0 && !CryptographicOperations.FixedTimeEquals(proof, ServerProof))
            {
                continue;
            }

            var clientKey = HMACSHA256.HashData(key, "Client Key"u8);
            var answer = HMACSHA256.HashData(SHA256.HashData(clientKey), Token);
            for (var i = 0; i < answer.Length; i++)
            {
                answer[i] ^= clientKey[i];
            }

            return Convert.ToHexStringLower(answer);
        }

        throw new LoginException("the server's proof is not that of one that knows the password: the password is wrong, or the server is another one; nothing was answered");
    }

#pragma warning disable CA5379, CA5387 // The protocol's own function; the bound on the count is above.
    private byte[] Key(string password, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), Salt, iterations, HashAlgorithmName.SHA1, KeyBytes);
#pragma warning restore CA5379, CA5387

    private static byte[] Digits(ReadOnlySpan<byte> ascii)
    {
        var bytes = new byte[ascii.Length / 2];
        return Convert.FromHexString(Encoding.Latin1.GetString(ascii), bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == bytes.Length
            ? bytes
            : throw Strange("salt, token or proof are not hexadecimal digits");
    }

    private static LoginException Strange(FormattableString finding) => Strange(finding.ToString(CultureInfo.InvariantCulture));

    private static LoginException Strange(string finding) => new($"the server's SHA256 login cannot be understood: {finding}");
}
