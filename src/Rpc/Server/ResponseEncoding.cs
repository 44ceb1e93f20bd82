using Grpc.Net.Compression;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>How the messages of one response are encoded; announced in its headers.</summary>
internal sealed record ResponseEncoding(ICompressionProvider? Provider)
{
    /// <summary>Takes the wanted encoding if this server knows it and the client has offered to take it.</summary>
    public static ResponseEncoding Start(HttpContext context, CompressionSet known, string? wanted)
    {
        if (wanted is null || !known.TryFind(wanted, out var provider) || provider is null || !IsOffered(context, wanted))
        {
            return new ResponseEncoding(Provider: null);
        }

        context.Response.Headers[HeaderNames.Encoding] = wanted;
        return new ResponseEncoding(provider);
    }

    private static bool IsOffered(HttpContext context, string encoding) =>
        context.Request.Headers[HeaderNames.AcceptEncoding]
            .SelectMany(value => (value ?? string.Empty).Split(','))
            .Any(offered => offered.Trim() == encoding);
}
