using System.Net;
using System.Text;
using System.Text.Json;

namespace Cairn.TestKit.Processes;

/// <summary>A client of openGemini's HTTP interfaces, as a test needs it.</summary>
public sealed class OpenGeminiClient : IDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Runs a statement and returns the body; errors inside a 200 are the caller's to see.</summary>
    public async Task<JsonDocument> QueryAsync(string host, string statement, string database, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(
            [KeyValuePair.Create("q", statement), KeyValuePair.Create("db", database), KeyValuePair.Create("epoch", "ns")]);
        using var answer = await http.PostAsync(new Uri($"http://{host}:8086/query"), form, cancellationToken);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>The rows of <c>select *</c>, each as text of its columns in the order of their names; the time in nanoseconds.</summary>
    /// <exception cref="InvalidOperationException">The database answered an error.</exception>
    public async Task<HashSet<string>> RowsAsync(string host, string database, string measurement, CancellationToken cancellationToken)
    {
        using var answer = await QueryAsync(host, $"SELECT * FROM {measurement}", database, cancellationToken);
        var result = answer.RootElement.GetProperty("results")[0];
        if (result.TryGetProperty("error", out var error))
        {
            throw new InvalidOperationException($"{host}: {error.GetString()}");
        }

        var rows = new HashSet<string>(StringComparer.Ordinal);
        foreach (var series in result.TryGetProperty("series", out var all) ? all.EnumerateArray().ToList() : [])
        {
            var columns = series.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!).ToList();
            foreach (var row in series.GetProperty("values").EnumerateArray())
            {
                rows.Add(string.Join(
                    ' ',
                    columns.Zip(row.EnumerateArray()).OrderBy(cell => cell.First, StringComparer.Ordinal)
                        .Where(cell => cell.Second.ValueKind != JsonValueKind.Null)
                        .Select(cell => $"{cell.First}={cell.Second}")));
            }
        }

        return rows;
    }

    /// <summary>Writes lines of line protocol with times in nanoseconds; true when the database acknowledged them.</summary>
    public async Task<bool> WriteAsync(string host, string database, string lines, CancellationToken cancellationToken)
    {
        try
        {
            using var body = new StringContent(lines, Encoding.UTF8);
            using var answer = await http.PostAsync(new Uri($"http://{host}:8086/write?db={database}"), body, cancellationToken);
            return answer.StatusCode == HttpStatusCode.NoContent;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>POSTs to a control endpoint and returns the body.</summary>
    public async Task<string> PostAsync(string url, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsync(new Uri(url), content: null, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>GETs and returns the body.</summary>
    public Task<string> GetAsync(string url, CancellationToken cancellationToken) =>
        http.GetStringAsync(new Uri(url), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
