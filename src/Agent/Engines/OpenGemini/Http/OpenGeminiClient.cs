using System.Net.Http.Headers;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>
/// Talks to ts-sql and ts-meta. Every answer is bounded in size and time, redirects are not followed, and a 200 is never
/// taken as proof: ts-meta gives an empty 200 for unknown paths, ts-sql puts errors into 200. Callers look at the body.
/// </summary>
internal sealed class OpenGeminiClient(EngineLimits limits, TimeProvider time) : IDisposable
{
    private const long MaxAnswerBytes = 64L << 20;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxConnectionsPerServer = 8,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    /// <summary>Asks a question.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.EngineAnswer"/> when there is no usable answer.</exception>
    public Task<Answer> GetAsync(string address, string pathAndQuery, bool askOthers, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, address, pathAndQuery, askOthers, limits.Question, cancellationToken);

    /// <summary>Gives an order that may take long.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.EngineAnswer"/> when there is no usable answer.</exception>
    public Task<Answer> PostAsync(string address, string pathAndQuery, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, address, pathAndQuery, askOthers: false, limits.Order, cancellationToken);

    /// <summary>Gives an order that is done at once.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.EngineAnswer"/> when there is no usable answer.</exception>
    public Task<Answer> PostShortAsync(string address, string pathAndQuery, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, address, pathAndQuery, askOthers: false, limits.Question, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<Answer> SendAsync(
        HttpMethod method, string address, string pathAndQuery, bool askOthers, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var request = new HttpRequestMessage(method, new Uri(HostAndPort.ToLocalUri(address), pathAndQuery));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (askOthers)
        {
            // Makes one ts-meta ask all others; really named so.
            request.Headers.Add("all", "y");
        }

        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, linked.Token);
            var body = await response.Content.ReadAsByteArrayAsync(linked.Token);
            var version = response.Headers.TryGetValues("X-Geminidb-Version", out var values) ? values.First() : "";
            return new Answer($"{method} http://{address}{WithoutQuery(pathAndQuery)}", response.StatusCode, body, version);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException late)
        {
            throw Failed(method, address, pathAndQuery, $"no answer within {limit.TotalSeconds:0.#} s", late);
        }
        catch (HttpRequestException failed)
        {
            throw Failed(method, address, pathAndQuery, failed.InnerException?.Message ?? failed.Message, failed);
        }
    }

    private static CairnException Failed(HttpMethod method, string address, string pathAndQuery, string what, Exception cause) => new(
        ErrorCode.EngineAnswer,
        $"{method} http://{address}{WithoutQuery(pathAndQuery)}: {what}",
        "see that the process behind this address runs and answers; its log says more",
        subject: address,
        cause: cause);

    private static string WithoutQuery(string pathAndQuery) => pathAndQuery.Split('?')[0];
}
