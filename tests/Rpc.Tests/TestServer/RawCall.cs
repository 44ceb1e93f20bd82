using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Rpc.Tests.TestServer;

/// <summary>A request made by hand over HTTP/2, for what no gRPC client would send.</summary>
internal static class RawCall
{
    public const string OnePath = "/rpc.tests.Probe/One";

    public static async Task<RawResponse> SendAsync(
        string address,
        byte[] body,
        string path = OnePath,
        string? contentType = "application/grpc",
        HttpMethod? method = null,
        params (string Name, string Value)[] headers) =>
        await SendAsync(address, new ByteArrayContent(body), path, contentType, method, headers);

    public static async Task<RawResponse> SendAsync(
        string address,
        HttpContent content,
        string path = OnePath,
        string? contentType = "application/grpc",
        HttpMethod? method = null,
        params (string Name, string Value)[] headers)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, address + path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (request.Method == HttpMethod.Post)
        {
            request.Content = content;
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
            }
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var response = await invoker.SendAsync(request, limit.Token);
        var received = await response.Content.ReadAsByteArrayAsync(limit.Token);
        return new RawResponse(response.StatusCode, Collect(response.Headers, response.Content.Headers), received, Collect(response.TrailingHeaders));
    }

    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    public static byte[] Frame(byte[] message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static Dictionary<string, string> Collect(params HttpHeaders[] headers) =>
        headers.SelectMany(h => h.NonValidated).ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());
}
