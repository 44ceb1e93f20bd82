using System.Globalization;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>Answers a request with a status and nothing else.</summary>
internal static class TrailersOnly
{
    public static Task WriteAsync(HttpContext context, Status status, CompressionSet compression)
    {
        var response = context.Response;
        response.ContentType = HeaderNames.ContentType;
        response.Headers[HeaderNames.Status] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers[HeaderNames.Message] = StatusMessageCodec.Encode(status.Detail);
        response.Headers[HeaderNames.AcceptEncoding] = compression.AcceptEncoding;
        return Task.CompletedTask;
    }
}
