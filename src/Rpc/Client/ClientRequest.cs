using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>Makes the HTTP request of a call.</summary>
internal static class ClientRequest
{
    private static readonly string UserAgent = $"grpc-dotnet/{typeof(ClientRequest).Assembly.GetName().Version?.ToString(3)} (.NET)";

    /// <exception cref="RpcException">
    /// UNAUTHENTICATED: credentials failed. INTERNAL: metadata cannot be sent.
    /// </exception>
    public static async Task<HttpRequestMessage> CreateAsync(
        GrpcChannel channel,
        IMethod method,
        string? host,
        CallOptions options,
        HttpContent content,
        CancellationToken cancellationToken)
    {
        var credentials = channel.SendsCallCredentials
            ? await CallCredentialHeaders.CreateAsync(channel, method, options.Credentials, cancellationToken).ConfigureAwait(false)
            : Metadata.Empty;
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(channel.Address, method.FullName))
        {
            Version = channel.HttpVersion,
            VersionPolicy = channel.HttpVersionPolicy,
            Content = content,
        };
        try
        {
            AddReserved(request, channel, host, options);
            AddMetadata(request, options.Headers);
            AddMetadata(request, credentials);
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static void AddReserved(HttpRequestMessage request, GrpcChannel channel, string? host, CallOptions options)
    {
        request.Headers.Host = host;
        Add(request, "te", "trailers");
        request.Content!.Headers.TryAddWithoutValidation("content-type", HeaderNames.ContentType);
        Add(request, "user-agent", UserAgent);
        if (options.Deadline is { } at && at != DateTime.MaxValue)
        {
            Add(request, HeaderNames.Timeout, TimeoutCodec.Format(at - channel.Time.GetUtcNow().UtcDateTime));
        }

        if (options.Headers?.GetValue(HeaderNames.EncodingRequest) is { } encoding)
        {
            Add(request, HeaderNames.Encoding, encoding);
        }

        Add(request, HeaderNames.AcceptEncoding, channel.Compression.AcceptEncoding);
    }

    private static void AddMetadata(HttpRequestMessage request, Metadata? metadata)
    {
        foreach (var (name, value) in MetadataCodec.Encode(metadata ?? Metadata.Empty))
        {
            Add(request, name, value);
        }
    }

    // HttpClient keeps a few names for the content's headers; on the wire there is no difference.
    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (!request.Headers.TryAddWithoutValidation(name, value))
        {
            request.Content!.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
