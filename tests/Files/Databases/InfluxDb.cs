using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Cairn.Files.Tests.Databases;

/// <summary>InfluxDB 1.6 of Debian with its directories below one of the test's own.</summary>
public sealed class InfluxDb : IAsyncDisposable
{
    private readonly HttpClient http;

    /// <param name="directory">Has <c>meta</c>, <c>data</c> and <c>wal</c>.</param>
    /// <param name="runDirectory">Where its configuration, pid and log go.</param>
    public InfluxDb(string directory, string runDirectory)
    {
        Directory.CreateDirectory(runDirectory);
        Port = Daemon.FreePort();
        var config = Path.Combine(runDirectory, "influxdb.conf");
        using (var writer = new StreamWriter(config))
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"""
                reporting-enabled = false
                bind-address = "127.0.0.1:{Daemon.FreePort()}"
                [meta]
                  dir = "{directory}/meta"
                [data]
                  dir = "{directory}/data"
                  wal-dir = "{directory}/wal"
                  cache-snapshot-write-cold-duration = "1s"
                [http]
                  bind-address = "127.0.0.1:{Port}"
                  log-enabled = false

                """));
        }

        Daemon = new Daemon(runDirectory, "/usr/bin/influxd", ["-config", config]);
        Sign = $"influxd -config {config}";
        http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}")) };
    }

    public Daemon Daemon { get; }

    public int Port { get; }

    /// <summary>How it is known among processes.</summary>
    public string Sign { get; }

    /// <summary>Ends with 0 once it serves.</summary>
    public IReadOnlyList<string> CheckCommand =>
        ["/usr/bin/influx", "-host", "127.0.0.1", "-port", Port.ToString(CultureInfo.InvariantCulture), "-execute", "SHOW DATABASES"];

    public Task StartAsync() => Daemon.StartAsync(async token =>
    {
        try
        {
            using var pong = await http.GetAsync(new Uri("/ping", UriKind.Relative), token);
            return pong.IsSuccessStatusCode ? null : $"{pong.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    });

    /// <summary>Writes points with the numbers from <paramref name="from"/>; when it returns they are acknowledged.</summary>
    public async Task WriteAsync(int from, int count)
    {
        var lines = new StringBuilder();
        for (var i = from; i < from + count; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $"m,source=s{i % 3} v={i}i {1_793_491_200 + i}\n");
        }

        using var content = new StringContent(lines.ToString());
        using var written = await http.PostAsync(new Uri("/write?db=metrics&precision=s", UriKind.Relative), content);
        written.EnsureSuccessStatusCode();
    }

    /// <summary>Makes the database.</summary>
    public async Task CreateAsync()
    {
        using var content = new FormUrlEncodedContent([new("q", "CREATE DATABASE metrics")]);
        using var made = await http.PostAsync(new Uri("/query", UriKind.Relative), content);
        made.EnsureSuccessStatusCode();
    }

    /// <summary>How many points there are, and the sum of their numbers.</summary>
    public async Task<(long Count, long Sum)> QueryAsync()
    {
        var answer = await http.GetFromJsonAsync<JsonElement>(
            new Uri("/query?db=metrics&q=" + Uri.EscapeDataString("SELECT count(v), sum(v) FROM m"), UriKind.Relative));
        var values = answer.GetProperty("results")[0].GetProperty("series")[0].GetProperty("values")[0];
        return (values[1].GetInt64(), values[2].GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Daemon.DisposeAsync();
    }
}
