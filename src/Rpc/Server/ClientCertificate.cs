using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>What the certificate of a client says about it.</summary>
internal static class ClientCertificate
{
    private const string AlternativeName = "x509_subject_alternative_name";
    private const string CommonName = "x509_common_name";

    public static AuthContext Describe(HttpContext context)
    {
        var properties = new Dictionary<string, List<AuthProperty>>(StringComparer.Ordinal);
        if (context.Connection.ClientCertificate is not { } certificate)
        {
            return new AuthContext(peerIdentityPropertyName: null, properties);
        }

        foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            foreach (var name in extension.EnumerateDnsNames())
            {
                Add(properties, AlternativeName, name);
            }
        }

        var commonName = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (commonName.Length > 0)
        {
            Add(properties, CommonName, commonName);
        }

        return new AuthContext(IdentityOf(properties), properties);
    }

    private static string? IdentityOf(Dictionary<string, List<AuthProperty>> properties)
    {
        if (properties.ContainsKey(AlternativeName))
        {
            return AlternativeName;
        }

        return properties.ContainsKey(CommonName) ? CommonName : null;
    }

    private static void Add(Dictionary<string, List<AuthProperty>> properties, string name, string value)
    {
        if (!properties.TryGetValue(name, out var list))
        {
            properties[name] = list = [];
        }

        list.Add(AuthProperty.Create(name, Encoding.UTF8.GetBytes(value)));
    }
}
