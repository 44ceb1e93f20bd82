using System.Globalization;
using System.Net;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>Addresses as openGemini writes them: <c>host:port</c>, <c>[v6]:port</c>, <c>:port</c>.</summary>
internal static class HostAndPort
{
    /// <summary>Splits an address; the host may be empty (every address of the machine).</summary>
    public static bool TryParse(string text, out string host, out int port)
    {
        var colon = text.LastIndexOf(':');
        (host, port) = ("", 0);
        if (colon < 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            || port is < 1 or > 65535)
        {
            return false;
        }

        host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
            return IPAddress.TryParse(host, out _);
        }

        return host.Length == 0 || Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }

    /// <summary>True when the host part stands for every address of the machine.</summary>
    public static bool IsWildcard(string host) => host.Length == 0 || host is "0.0.0.0" or "::";

    /// <summary>Where to connect to reach an address that a process on this machine listens on.</summary>
    public static Uri ToLocalUri(string address)
    {
        if (!TryParse(address, out var host, out var port))
        {
            throw new FormatException($"'{address}' is not HOST:PORT");
        }

        return new UriBuilder("http", IsWildcard(host) ? "127.0.0.1" : host, port).Uri;
    }
}
