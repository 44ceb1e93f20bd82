using System.Globalization;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Writes how a call ended: in trailers, or in the headers when nothing went out before (trailers-only).
/// </summary>
internal static class FinalStatus
{
    public static void Write(HttpContext context, Status status, Metadata trailers, bool hasOutput)
    {
        var target = hasOutput
            ? context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : context.Response.Headers;
        var encoded = new List<KeyValuePair<string, string>>();
        try
        {
            encoded.AddRange(MetadataCodec.Encode(trailers));
        }
        catch (RpcException unsendable)
        {
            // Better a status without trailers than a response without a status.
            status = unsendable.Status;
            encoded.Clear();
        }

        target[HeaderNames.Status] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (status.Detail.Length > 0)
        {
            target[HeaderNames.Message] = StatusMessageCodec.Encode(status.Detail);
        }

        foreach (var (name, value) in encoded)
        {
            target.Append(name, value);
        }
    }
}
