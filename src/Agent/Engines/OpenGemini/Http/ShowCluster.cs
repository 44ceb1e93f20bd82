using System.Text.Json;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>
/// The answer to <c>SHOW CLUSTER</c>: the ts-metas and ts-stores with their state, then partition migrations in progress.
/// Ts-sqls are not in it; the column <c>availability</c> means nothing for metas.
/// </summary>
internal sealed record ShowCluster(IReadOnlyList<ShowClusterRow> Rows, IReadOnlyList<string> Migrations, string Version)
{
    /// <summary>The question's path.</summary>
    public const string Path = "/query?q=SHOW%20CLUSTER";

    /// <summary>Reads an answer; errors inside a 200 are errors.</summary>
    /// <exception cref="CairnException">It is not an answer to this question.</exception>
    public static ShowCluster Read(Answer answer)
    {
        using var document = answer.Json();
        var root = document.RootElement;
        var result = root.Items("results").FirstOrDefault();
        var error = root.Text("error") is { Length: > 0 } outer ? outer : result.Text("error");
        if (error.Length > 0)
        {
            throw answer.Unusable($"answered the error '{error}'");
        }

        var series = result.Items("series").ToList();
        var nodes = series.FirstOrDefault(s => Column(s, "nodeType") >= 0);
        if (nodes.ValueKind != JsonValueKind.Object)
        {
            throw answer.Unusable($"does not list the cluster: {answer.Shown}");
        }

        var migrations = series.Where(s => Column(s, "eventType") >= 0).SelectMany(s => s.Items("values"));
        return new ShowCluster(
            [.. nodes.Items("values").Select(row => ToRow(nodes, row))],
            [.. migrations.Select(row => "partition migration in progress: " + row.GetRawText())],
            answer.Version);
    }

    private static ShowClusterRow ToRow(JsonElement series, JsonElement row) => new(
        Cell(series, row, "nodeType"), Cell(series, row, "hostname"), Cell(series, row, "nodeID"), Cell(series, row, "status") == "alive");

    private static string Cell(JsonElement series, JsonElement row, string column)
    {
        var at = Column(series, column);
        return at < 0 || row.ValueKind != JsonValueKind.Array || at >= row.GetArrayLength() ? "" : row[at].ToString();
    }

    private static int Column(JsonElement series, string name)
    {
        var at = 0;
        foreach (var column in series.Items("columns"))
        {
            if (column.ValueKind == JsonValueKind.String && column.ValueEquals(name))
            {
                return at;
            }

            at++;
        }

        return -1;
    }
}

/// <summary>A row of <see cref="ShowCluster"/>.</summary>
/// <param name="Type">"meta" or "data".</param>
/// <param name="Address">meta: HTTP; data: ingest.</param>
/// <param name="Id">The catalogue's id.</param>
/// <param name="Alive">The status is "alive".</param>
internal sealed record ShowClusterRow(string Type, string Address, string Id, bool Alive);
