using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenGeminiDouble.Configuration;

namespace OpenGeminiDouble.Http;

/// <summary>
/// A small HTTP/1.1 server on one address: starts in a moment, and sends exactly the bytes it is told to, odd ones included.
/// </summary>
internal sealed class HttpServer(string address, Controls controls, Func<HttpRequest, CancellationToken, Task<HttpReply>> answer)
{
    private const int MaxHeaderBytes = 1 << 20;
    private const int MaxBodyBytes = 64 << 20;
    private readonly TcpListener listener = new(IPEndPoint.Parse(address));

    /// <summary>Binds the address and serves until the token is cancelled.</summary>
    public void Start(CancellationToken cancellationToken)
    {
        listener.Start(512);
        _ = AcceptAsync(cancellationToken);
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var socket = await listener.AcceptSocketAsync(cancellationToken);
                socket.NoDelay = true;
                _ = ServeAsync(socket, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            listener.Stop();
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var pending = new byte[16 * 1024];
            var have = 0;
            while (true)
            {
                int headerEnd;
                while ((headerEnd = pending.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0)
                {
                    (pending, have) = await MoreAsync(stream, pending, have, MaxHeaderBytes, cancellationToken);
                    if (have < 0)
                    {
                        return;
                    }
                }

                var lines = Encoding.UTF8.GetString(pending, 0, headerEnd).Split("\r\n");
                var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
                    .GroupBy(parts => parts[0].Trim(), StringComparer.OrdinalIgnoreCase)
                    .ToDictionary(group => group.Key, group => group.First()[1].Trim(), StringComparer.OrdinalIgnoreCase);
                if (headers.ContainsKey("Expect"))
                {
                    await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);
                }

                var length = headers.TryGetValue("Content-Length", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
                var bodyStart = headerEnd + 4;
                while (have < bodyStart + length)
                {
                    (pending, have) = await MoreAsync(stream, pending, have, MaxBodyBytes, cancellationToken);
                    if (have < 0)
                    {
                        return;
                    }
                }

                var body = pending.AsSpan(bodyStart, length).ToArray();
                pending.AsSpan(bodyStart + length, have - bodyStart - length).CopyTo(pending);
                have -= bodyStart + length;

                var request = Parse(lines[0], headers, body);
                var reply = await AnswerAsync(request, cancellationToken);
                var close = headers.TryGetValue("Connection", out var connection)
                    && connection.Equals("close", StringComparison.OrdinalIgnoreCase);

                // The doubles' own client does without chunks.
                var plain = headers.ContainsKey("Double") ? reply with { Chunked = false } : reply;
                await stream.WriteAsync(Bytes(plain, close), cancellationToken);
                if (close)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer or this process goes away; nobody is left to tell.
        }
    }

    private async Task<HttpReply> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Path == "/double/control")
        {
            foreach (var (name, value) in request.Query)
            {
                controls.Set(name, value);
            }

            return HttpReply.Empty();
        }

        if (controls.Is("hang", "on"))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        try
        {
            return await answer(request, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{address} {request.Method} {request.Path}: {e}");
            return HttpReply.Text(e.Message, 500);
        }
    }

    private static HttpRequest Parse(string requestLine, Dictionary<string, string> headers, byte[] body)
    {
        var parts = requestLine.Split(' ');
        var target = parts[1].Split('?', 2);
        var query = HttpRequest.ParseQuery(target.Length > 1 ? target[1] : "");
        if (headers.TryGetValue("Content-Type", out var type)
            && type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) && target[0] == "/query")
        {
            foreach (var (name, value) in HttpRequest.ParseQuery(Encoding.UTF8.GetString(body)))
            {
                query[name] = value;
            }
        }

        return new HttpRequest(parts[0], target[0], query, headers, body);
    }

    private static async Task<(byte[] Buffer, int Have)> MoreAsync(
        NetworkStream stream, byte[] buffer, int have, int most, CancellationToken cancellationToken)
    {
        if (have == buffer.Length)
        {
            if (have >= most)
            {
                return (buffer, -1);
            }

            Array.Resize(ref buffer, buffer.Length * 2);
        }

        var read = await stream.ReadAsync(buffer.AsMemory(have), cancellationToken);
        return (buffer, read == 0 ? -1 : have + read);
    }

    private static byte[] Bytes(HttpReply reply, bool close)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} {Reason(reply.Status)}\r\n");
        if (reply.ContentType is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {reply.ContentType}\r\n");
        }

        foreach (var (name, value) in reply.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Date: {TimeProvider.System.GetUtcNow():R}\r\n");
        if (close)
        {
            head.Append("Connection: close\r\n");
        }

        if (reply.Status == 204)
        {
            head.Append("\r\n");
            return Encoding.UTF8.GetBytes(head.ToString());
        }

        if (reply.Chunked)
        {
            head.Append("Transfer-Encoding: chunked\r\n\r\n");
            return
            [
                .. Encoding.UTF8.GetBytes(head.ToString()),
                .. Encoding.UTF8.GetBytes(reply.Body.Length == 0 ? "" : reply.Body.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"),
                .. reply.Body,
                .. Encoding.UTF8.GetBytes(reply.Body.Length == 0 ? "0\r\n\r\n" : "\r\n0\r\n\r\n"),
            ];
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Body.Length}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. reply.Body];
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Unknown",
    };
}
