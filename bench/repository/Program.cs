using System.Text.Json.Nodes;
using Cairn.Bench.Repository;

// Measures the repository beside others over the same data; docs/repository-format.md says what is measured and how.
var options = BenchOptions.Read(args);
var report = await new RepositoryBench(options).RunAsync(CancellationToken.None);
var ratios = RepositoryRatios.Of(report);
report.Print(
    Console.Out,
    FormattableString.Invariant($"{options.DataMiB} MiB, medians of {report.Rounds} rounds, {Environment.ProcessorCount} processors, warm cache, all ended by sync -f"),
    ratios);
if (options.JsonPath is { } path)
{
    await using var file = File.Create(path);
    await report.WriteJsonAsync(file, new JsonObject { ["name"] = "repository", ["data_mib"] = options.DataMiB }, ratios, CancellationToken.None);
}
