using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Cairn.Agent.Tests.Engines.OpenGemini;

/// <summary>What a recorded process answers.</summary>
internal sealed record Recorded(string Body, int Status = 200, string? Version = null);

/// <summary>A real HTTP server on a free loopback port that gives recorded answers and remembers what it was asked.</summary>
internal sealed class RecordedServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Task serving;

    public RecordedServer(Func<RecordedServer, string, string, Recorded> answer)
    {
        // Another process may take a port between finding and binding it; then another is tried.
        for (var attempt = 1; ; attempt++)
        {
            Address = $"127.0.0.1:{FreePort()}";
            listener.Prefixes.Clear();
            listener.Prefixes.Add($"http://{Address}/");
            try
            {
                listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener = new HttpListener();
            }
        }

        serving = Task.Run(() => ServeAsync(answer));
    }

    /// <summary>host:port, as it stands in a configuration.</summary>
    public string Address { get; }

    /// <summary>"GET /path?query" of everything that was asked, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public void Dispose()
    {
        listener.Close();
        serving.Wait(TimeSpan.FromSeconds(10));
    }

    /// <summary>A loopback port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task ServeAsync(Func<RecordedServer, string, string, Recorded> answer)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var question = $"{context.Request.HttpMethod} {context.Request.RawUrl}";
            Asked.Enqueue(question);
            var recorded = answer(this, context.Request.HttpMethod, Uri.UnescapeDataString(context.Request.RawUrl ?? ""));
            context.Response.StatusCode = recorded.Status;
            if (recorded.Version is not null)
            {
                context.Response.Headers["X-Geminidb-Version"] = recorded.Version;
            }

            // With its length: without one the listener ends the body of an empty answer twice, and the next answer on the connection begins with the rest.
            var bytes = recorded.Status == 204 ? [] : Encoding.UTF8.GetBytes(recorded.Body);
            context.Response.ContentLength64 = bytes.Length;
            if (bytes.Length > 0)
            {
                await context.Response.OutputStream.WriteAsync(bytes);
            }

            context.Response.Close();
        }
    }
}
