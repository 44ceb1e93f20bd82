using System.Net;
using System.Net.Sockets;

namespace Cairn.Shared.Security;

/// <summary>Whom limits by address count as one: an IPv4 address, or the whole /64 around an IPv6 address.</summary>
public static class PeerNetwork
{
    /// <summary>The network of an address in text; what is no address is one of its own.</summary>
    public static string Of(string? address) => IPAddress.TryParse(address, out var parsed) ? Of(parsed) : address ?? "";

    /// <summary>The network of an address.</summary>
    public static string Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }
}
