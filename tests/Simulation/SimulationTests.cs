using System.Globalization;
using Cairn.Simulation.Clocks;
using Cairn.Simulation.Schedules;
using Xunit.Abstractions;

namespace Cairn.Simulation;

public sealed class SimulationTests(ITestOutputHelper output)
{
    private readonly Dictionary<string, int> outcomes = new(StringComparer.Ordinal);

    [Fact]
    public async Task Whatever_fails_when_nothing_is_left_half_done_and_no_verdict_is_wrong()
    {
        var failed = await OnAThreadOfItsOwn(() =>
        {
            var seeds = Seeds.Asked is { } asked
                ? [asked]
                : Enumerable.Range(0, Seeds.Count).Select(i => Seeds.First + i);
            return seeds.Select(Failure).OfType<string>().ToList();
        });

        output.WriteLine(string.Join(", ", outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal).Select(
            outcome => string.Create(CultureInfo.InvariantCulture, $"{outcome.Key} {outcome.Value}"))));
        Assert.True(failed.Count == 0, string.Create(
            CultureInfo.InvariantCulture, $"{failed.Count} schedules failed\n\n{string.Join("\n\n", failed.Take(3))}"));
        RequireVariety();
    }

    [Fact]
    public async Task Clocks_that_are_wrong_are_measured_and_reported_and_do_no_harm()
    {
        var wrongBy = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
        {
            ["n1"] = TimeSpan.FromMinutes(90), ["n2"] = TimeSpan.FromHours(-7), ["n3"] = TimeSpan.FromDays(42),
        };

        await OnAThreadOfItsOwn(() =>
        {
            using var world = new World(seed: 1, wrongBy);
            world.Run(skewed => WrongClocks.HappenAsync(skewed, wrongBy));
            return world.Account;
        });
    }

    // A world in which nothing works, or nothing ever fails, would prove nothing.
    private void RequireVariety()
    {
        if (Seeds.Asked is null && Seeds.Count >= 200)
        {
            Assert.All(
                ["backup Succeeded", "backup Failed", "backup Cancelled", "restore Succeeded", "restore Failed", "undo Succeeded", "discard Succeeded", "verify Succeeded", "backup Partial", "delete Succeeded", "export Succeeded"],
                wanted => Assert.True(outcomes.ContainsKey(wanted), wanted));
        }
    }

    private string? Failure(long seed)
    {
        using var world = new World(seed);
        try
        {
            world.Run(Schedule.HappenAsync);
            if (seed == Seeds.Asked)
            {
                output.WriteLine(string.Join('\n', world.Account));
            }

            return null;
        }
        catch (WorldFailedException failure)
        {
            return failure.Message;
        }
        finally
        {
            foreach (var outcome in world.Outcomes)
            {
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            }
        }
    }

    // The pool's threads are the worlds'.
    private static Task<T> OnAThreadOfItsOwn<T>(Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            Stillness.Learn();
            return work();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
