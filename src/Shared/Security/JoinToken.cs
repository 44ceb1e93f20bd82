using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Shared.Security;

/// <summary>
/// What lets one host become the agent of one node, once: an id, a secret, the node's name, and the authority's certificate,
/// by which the host knows whom to believe before it has asked anybody.
/// </summary>
/// <param name="Id">By which the coordinator finds it; no secret.</param>
/// <param name="Secret">32 random bytes.</param>
/// <param name="Node">The node that it is for.</param>
/// <param name="Authority">The authority's certificate, DER.</param>
public sealed record JoinToken(Guid Id, ReadOnlyMemory<byte> Secret, string Node, ReadOnlyMemory<byte> Authority)
{
    private const string Prefix = "cairn-join-1.";
    private const int SecretBytes = 32;
    private const int MaxLength = 8 * 1024;

    /// <summary>A new one.</summary>
    public static JoinToken Create(string node, X509Certificate2 authority) =>
        new(Guid.NewGuid(), RandomNumberGenerator.GetBytes(SecretBytes), node, authority.RawDataMemory);

    /// <summary>What the coordinator keeps of the secret.</summary>
    public byte[] SecretHash() => SHA256.HashData(Secret.Span);

    /// <summary>The authority's certificate, PEM.</summary>
    public string AuthorityPem() => PemEncoding.WriteString("CERTIFICATE", Authority.Span) + "\n";

    /// <summary>The token as it is printed and read.</summary>
    public string ToText() => Prefix + Base64Url.EncodeToString(new JoinTokenContents
    {
        Id = ByteString.CopyFrom(Id.ToByteArray(bigEndian: true)),
        Secret = ByteString.CopyFrom(Secret.Span),
        Node = Node,
        Authority = ByteString.CopyFrom(Authority.Span),
    }.ToByteArray());

    /// <summary>Reads a token; white space around it does not matter. The text is never part of a failure.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.JoinTokenInvalid"/>.</exception>
    public static JoinToken Parse(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length > MaxLength || !trimmed.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw Invalid("it does not begin as one");
        }

        try
        {
            var contents = JoinTokenContents.Parser.ParseFrom(Base64Url.DecodeFromChars(trimmed.AsSpan(Prefix.Length)));
            if (contents.Id.Length != 16 || contents.Secret.Length != SecretBytes || !Names.IsValid(contents.Node))
            {
                throw Invalid("a part of it is missing");
            }

            using var authority = X509CertificateLoader.LoadCertificate(contents.Authority.Span);
            return new JoinToken(
                new Guid(contents.Id.Span, bigEndian: true), contents.Secret.ToByteArray(), contents.Node, authority.RawData);
        }
        catch (Exception failure) when (failure is FormatException or InvalidProtocolBufferException or CryptographicException)
        {
            throw Invalid("it is damaged; was it copied whole?");
        }
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"join token {Id} for node {Node}";

    private static CairnException Invalid(string why) => new(
        ErrorCode.JoinTokenInvalid,
        $"this is no join token: {why}",
        "'cairn node token NODE' makes one");
}
