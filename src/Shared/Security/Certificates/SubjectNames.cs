using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cairn.Shared.Security.Certificates;

/// <summary>The names in a certificate. They mean nothing before its chain has been checked.</summary>
internal static class SubjectNames
{
    private const string AlternativeNames = "2.5.29.17";

    // RFC 5280, 4.2.1.6: uniformResourceIdentifier [6] IA5String.
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The URIs among the alternative names; empty when there are none or they cannot be read.</summary>
    public static IReadOnlyList<string> Uris(X509Certificate2 certificate)
    {
        var extensions = certificate.Extensions.Where(extension => extension.Oid?.Value == AlternativeNames).ToList();
        if (extensions.Count != 1)
        {
            return [];
        }

        try
        {
            var uris = new List<string>();
            var names = new AsnReader(extensions[0].RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(UriTag))
                {
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }

            return uris;
        }
        catch (AsnContentException)
        {
            // A name that cannot be read names nobody; the caller refuses it as unfit.
            return [];
        }
    }

    /// <summary>The first DNS name; null when there is none.</summary>
    public static string? FirstDnsName(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(extension => extension.EnumerateDnsNames())
                .FirstOrDefault();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The common name; empty when there is none.</summary>
    public static string CommonName(X509Certificate2 certificate)
    {
        try
        {
            return certificate.SubjectName.EnumerateRelativeDistinguishedNames()
                .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3")
                .Select(part => part.GetSingleElementValue() ?? "")
                .FirstOrDefault("");
        }
        catch (CryptographicException)
        {
            return "";
        }
    }
}
