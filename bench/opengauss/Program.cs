using System.Text.Json.Nodes;
using Cairn.Bench.OpenGauss;

// Measures backups of a PostgreSQL server beside its peers; docs/engines/opengauss.md says what is measured and how.
var options = BenchOptions.Read(args);
var bench = new OpenGaussBench(options);
var report = await bench.RunAsync(CancellationToken.None);
var ratios = OpenGaussRatios.Of(report, bench.Latencies);
report.Print(
    Console.Out,
    FormattableString.Invariant(
        $"{options.DataMiB} MiB, medians of {report.Rounds} rounds, {Environment.ProcessorCount} processors, warm cache, all ended by sync -f; {bench.PeerVersion}"),
    ratios);
if (options.JsonPath is { } path)
{
    await using var file = File.Create(path);
    var facts = new JsonObject { ["name"] = "opengauss", ["data_mib"] = options.DataMiB, ["peer"] = bench.PeerVersion };
    await report.WriteJsonAsync(file, facts, ratios, CancellationToken.None);
}
