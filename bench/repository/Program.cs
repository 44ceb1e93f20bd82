using Cairn.Bench.Repository;

// Measures the repository beside others over the same data; docs/repository-format.md says what is measured and how.
var options = BenchOptions.Read(args);
var report = await new RepositoryBench(options).RunAsync(CancellationToken.None);
report.Print(Console.Out);
if (options.JsonPath is { } path)
{
    await using var file = File.Create(path);
    await report.WriteJsonAsync(file, CancellationToken.None);
}
