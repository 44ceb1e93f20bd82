using Cairn.Bench.Repository;

// Measures the repository against tar and zstd over the same data; see docs/repository-format.md for what is measured and why.
var options = BenchOptions.Read(args);
var report = await new RepositoryBench(options).RunAsync(CancellationToken.None);
report.Print(Console.Out);
if (options.JsonPath is { } path)
{
    await using var file = File.Create(path);
    await report.WriteJsonAsync(file, CancellationToken.None);
}
