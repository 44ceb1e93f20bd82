using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>What the headers of a response say: its metadata and, when they end the call, its status.</summary>
internal sealed record ClientResponseHead(Metadata Metadata, Status? Status)
{
    public static ClientResponseHead Read(HttpResponseMessage response, ILogger logger)
    {
        var metadata = new Metadata();
        AddTo(metadata, response.Headers, logger);
        AddTo(metadata, response.Content.Headers, logger);
        return new ClientResponseHead(metadata, FinalStatus(response));
    }

    /// <summary>
    /// Adds the entries of an HTTP header collection; an entry that cannot be decoded is left out and logged.
    /// </summary>
    public static void AddTo(Metadata metadata, HttpHeaders headers, ILogger logger)
    {
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
            {
                if (!MetadataCodec.TryAdd(metadata, name, value))
                {
                    ClientLog.MetadataDropped(logger, name);
                }
            }
        }
    }

    /// <summary>The status in a header collection; null when it holds none.</summary>
    public static Status? StatusIn(HttpHeaders headers)
    {
        var all = headers.NonValidated;
        if (!all.TryGetValues(HeaderNames.Status, out var status))
        {
            return null;
        }

        string? message = all.TryGetValues(HeaderNames.Message, out var found) ? found.ToString() : null;
        return StatusTables.FromHeaders(status.ToString(), message);
    }

    private static Status? FinalStatus(HttpResponseMessage response)
    {
        if (response.Version < HttpVersion.Version20)
        {
            return new Status(StatusCode.Internal, $"Bad gRPC response. The server answered with HTTP/{response.Version}.");
        }

        if (StatusIn(response.Headers) is { } sent)
        {
            return sent;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            var code = (int)response.StatusCode;
            return new Status(StatusTables.FromHttpStatus(code), $"Bad gRPC response. HTTP status code: {code}.");
        }

        var contentType = response.Content.Headers.NonValidated.TryGetValues("content-type", out var values)
            ? values.ToString()
            : null;
        return HeaderNames.IsGrpcContentType(contentType)
            ? null
            : new Status(StatusCode.Unknown, $"Bad gRPC response. Content type: {contentType ?? "none"}.");
    }
}
