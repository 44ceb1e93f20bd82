using System.Globalization;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>Refuses what is no gRPC call before anything of it is read.</summary>
internal static class RequestCheck
{
    public static bool TryAccept(HttpContext context)
    {
        var response = context.Response;
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = HttpMethods.Post;
            return false;
        }

        if (!HeaderNames.IsGrpcContentType(context.Request.ContentType))
        {
            Refuse(response, StatusCodes.Status415UnsupportedMediaType, "The content type of the request is not application/grpc.");
            return false;
        }

        if (context.Features.Get<IHttpResponseTrailersFeature>() is null)
        {
            Refuse(response, StatusCodes.Status426UpgradeRequired, "gRPC needs HTTP/2.");
            return false;
        }

        return true;
    }

    /// <summary>Message limits are ours; the web server's limits of size and rate would end long streams.</summary>
    public static void LiftTransportLimits(HttpContext context, bool isClientStreaming)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (isClientStreaming
            && context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static void Refuse(HttpResponse response, int httpStatus, string message)
    {
        response.StatusCode = httpStatus;
        response.ContentType = HeaderNames.ContentType;
        response.Headers[HeaderNames.Status] = ((int)StatusCode.Internal).ToString(CultureInfo.InvariantCulture);
        response.Headers[HeaderNames.Message] = StatusMessageCodec.Encode(message);
    }
}
