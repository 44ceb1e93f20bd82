using System.Net;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Security;

/// <summary>
/// Where parts listen and call. With TLS any address will do; in plain text, which somebody must have asked for with
/// <c>--insecure</c>, only loopback.
/// </summary>
public static class PartAddress
{
    /// <summary>Reads <c>address:port</c>; port 0 asks the system for a free one.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.ConfigurationInvalid"/> when it is not an address with a port;
    /// <see cref="ErrorCode.NotLoopback"/> when it is to be plain text and is not loopback.
    /// </exception>
    public static IPEndPoint RequireEndPoint(string listen, bool insecure)
    {
        // A bare number or address parses too, as port 0; the operator meant something else.
        if (!listen.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(listen, out var endPoint))
        {
            throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                $"'{listen}' is not an address and port",
                "write it as 127.0.0.1:7460",
                subject: listen);
        }

        return !insecure || IPAddress.IsLoopback(endPoint.Address) ? endPoint : throw NotLoopback(listen);
    }

    /// <summary>Reads the URL of another part.</summary>
    /// <exception cref="CairnException">As <see cref="RequireEndPoint"/>.</exception>
    public static Uri RequireUrl(string url, bool insecure)
    {
        var scheme = insecure ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme != scheme)
        {
            throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                $"'{url}' is not an {scheme}:// address",
                insecure
                    ? "with --insecure, write it as http://127.0.0.1:7460"
                    : "write it as https://host:7460; plain text is for --insecure on loopback only",
                subject: url);
        }

        return !insecure || parsed.IsLoopback ? parsed : throw NotLoopback(url);
    }

    private static CairnException NotLoopback(string address) => new(
        ErrorCode.NotLoopback,
        $"'{address}' is not a loopback address, and plain text would let everybody on the network in",
        "use an address in 127.0.0.0/8 or [::1], or leave --insecure out",
        subject: address);
}
