using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using OpenGeminiDouble.Configuration;
using OpenGeminiDouble.Http;
using OpenGeminiDouble.Meta;

namespace OpenGeminiDouble.Sql;

/// <summary>ts-sql: the HTTP API.</summary>
internal sealed class SqlRole : IRole
{
    private readonly EngineConfig config;
    private readonly Controls controls;
    private readonly Cluster cluster;
    private readonly Queries queries;
    private readonly ControlEndpoints control;
    private readonly Writes writes;
    private readonly List<TcpListener> ports = [];
    private int requests = 0x8001;

    public SqlRole(EngineConfig config, Controls controls)
    {
        this.config = config;
        this.controls = controls;
        cluster = new Cluster(new Leadership(config));
        queries = new Queries(cluster, controls);
        control = new ControlEndpoints(cluster, config);
        writes = new Writes(cluster, controls);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (config.GossipEnabled)
        {
            ports.Add(Ports.Hold($"{config.GossipAddress}:{config.GossipPorts["sql"]}"));
        }

        foreach (var address in config.Http)
        {
            new HttpServer(address, controls, AnswerAsync).Start(cancellationToken);
        }

        _ = new Busy(writes, controls).RunAsync(cancellationToken);
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        ports.ForEach(listener => listener.Stop());
        return Task.CompletedTask;
    }

    private async Task<HttpReply> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var reply = request.Path switch
        {
            "/ping" => new HttpReply(204, "application/json", []),
            "/query" => await queries.AnswerAsync(request, cancellationToken),
            "/write" => request.Method == "POST" ? await WriteAsync(request, cancellationToken) : NotAllowed(),
            "/debug/ctrl" => request.Method == "POST" ? await control.AnswerAsync(request.Arg("mod"), request, cancellationToken) : NotAllowed(),
            "/backup/run" => await control.AnswerAsync("backup", request, cancellationToken),
            "/backup/status" => await control.AnswerAsync("backup_status", request, cancellationToken),
            "/backup/abort" => await control.AnswerAsync("abort_backup", request, cancellationToken),
            _ => HttpReply.Text("404 page not found\n", 404),
        };
        var id = string.Create(
            CultureInfo.InvariantCulture, $"ab70698d-e530-11f1-{Interlocked.Increment(ref requests) & 0xffff:x4}-000000000000");
        reply.Headers.Add(("Request-Id", id));
        reply.Headers.Add(("X-Geminidb-Build", "OSS"));
        reply.Headers.Add(("X-Geminidb-Version", controls.Get("version") ?? "v1.5.2"));
        reply.Headers.Add(("X-Request-Id", id));
        return reply;
    }

    private async Task<HttpReply> WriteAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (control.ReadOnly)
        {
            return Error("readonly now and writing is not allowed", 400);
        }

        var unit = request.Arg("precision") switch
        {
            "s" => 1_000_000_000L,
            "ms" => 1_000_000L,
            "u" or "us" => 1_000L,
            _ => 1L,
        };
        try
        {
            var problem = await writes.WriteAsync(request.Arg("db"), request.BodyText, unit, cancellationToken);
            return problem is null
                ? new HttpReply(204, "application/json", [])
                : Error(problem, problem.StartsWith("database not found", StringComparison.Ordinal) ? 404 : 500);
        }
        catch (FormatException e)
        {
            return Error(e.Message, 400);
        }
    }

    private static HttpReply NotAllowed() => HttpReply.Text("Method Not Allowed\n", 405);

    private static HttpReply Error(string message, int status) =>
        HttpReply.Json(new JsonObject { ["error"] = message }.ToJsonString() + "\n", status);
}
