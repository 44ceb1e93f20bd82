using System.Text.Json;
using Cairn.Bench.Scale;

// Shows that memory does not grow with the data: a repository of many generated entries and segments, without their bytes.
var options = ScaleOptions.Read(args);
var results = await new ScaleBench(options).RunAsync(CancellationToken.None);
foreach (var (name, value) in results)
{
    Console.WriteLine(FormattableString.Invariant($"  {name,-28} {value,14:f1}"));
}

if (options.JsonPath is { } path)
{
    await using var file = File.Create(path);
    await JsonSerializer.SerializeAsync(file, new { name = "scale", entries = options.Entries, segment_tib = options.SegmentTiB, results });
}
