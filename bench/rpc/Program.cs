using System.Globalization;
using System.Text.Json;
using Cairn.Bench.Rpc;

// Measures our client against our server, and grpc-js against itself, each program a process of its own. The first argument says
// which of them this process is; without one it runs all of them and compares.
switch (args)
{
    case ["serve"]:
        await BenchServer.RunAsync(Console.Out);
        break;
    case ["load", var port, var serverProcess, var seconds]:
        var load = new BenchLoad(
            int.Parse(port, CultureInfo.InvariantCulture),
            int.Parse(serverProcess, CultureInfo.InvariantCulture),
            TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
        Console.WriteLine(JsonSerializer.Serialize(await load.RunAsync(CancellationToken.None)));
        break;
    default:
        var options = BenchOptions.Read(args);
        var report = new BenchReport(options);
        for (var round = 0; round < options.Rounds; round++)
        {
            // Who goes first changes from round to round.
            foreach (var pair in round % 2 == 0 ? BenchPair.All : BenchPair.All.Reverse())
            {
                report.Add(pair.Name, await pair.RunAsync(options.Seconds, CancellationToken.None));
            }

            Console.Error.WriteLine($"round {round + 1} of {options.Rounds} done");
        }

        report.Print(Console.Out);
        if (options.JsonPath is { } path)
        {
            await using var file = File.Create(path);
            await report.WriteJsonAsync(file, CancellationToken.None);
        }

        break;
}
