using System.Net;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Security;

/// <summary>
/// Until parts prove who they are to one another, they listen and call on loopback only; any other address is refused.
/// </summary>
public static class Loopback
{
    /// <summary>Reads <c>address:port</c>; port 0 asks the system for a free one.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.ConfigurationInvalid"/> when it is not an address with a port;
    /// <see cref="ErrorCode.NotLoopback"/> when it is not loopback.
    /// </exception>
    public static IPEndPoint RequireEndPoint(string listen)
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

        return IPAddress.IsLoopback(endPoint.Address) ? endPoint : throw NotLoopback(listen);
    }

    /// <summary>Reads the URL of another part.</summary>
    /// <exception cref="CairnException">As <see cref="RequireEndPoint"/>.</exception>
    public static Uri RequireUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme != Uri.UriSchemeHttp)
        {
            throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                $"'{url}' is not an http:// address",
                "write it as http://127.0.0.1:7460",
                subject: url);
        }

        return parsed.IsLoopback ? parsed : throw NotLoopback(url);
    }

    private static CairnException NotLoopback(string address) => new(
        ErrorCode.NotLoopback,
        $"'{address}' is not a loopback address, and this version has no way yet to know who calls",
        "use an address in 127.0.0.0/8 or [::1]",
        subject: address);
}
