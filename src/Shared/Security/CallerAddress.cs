using Microsoft.AspNetCore.Http;

namespace Cairn.Shared.Security;

/// <summary>The address that a call comes from.</summary>
public static class CallerAddress
{
    /// <summary>Without the port, IPv4 in its own form; null when there is none.</summary>
    public static string? Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4().ToString() : address?.ToString();
    }
}
