using System.Globalization;
using Cairn.Faults.Hosts;

namespace Cairn.Faults;

/// <summary>Two faults at once: an agent stands at a kill point and dies there or not, and another part dies or is cut off.</summary>
[Collection(SharedSite.Tests.Name)]
public sealed class PairTests(SharedSite shared)
{
    private const int Seed = 20261128;
    private const int UsualPairs = 20;

    private static readonly string[] Others = ["coordinator dies", "n1 dies", "n3 dies", "n2 is cut off", "n1 is cut off", "n3 hears nothing", "n2 is not heard"];

    /// <summary>Twenty of them by a seed, or as many as CAIRN_FAULTS_PAIRS says; all when that is <c>all</c>.</summary>
    public static TheoryData<string, bool, string> Pairs
    {
        get
        {
            var all = KillPoint.All
                .SelectMany(point => new[] { true, false }.SelectMany(dies => Others.Select(other => (point.Name, Dies: dies, Other: other))))
                .ToArray();
            var wanted = Environment.GetEnvironmentVariable("CAIRN_FAULTS_PAIRS");
            if (wanted != "all")
            {
                new Random(Seed).Shuffle(all);
                all = all[..(int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : UsualPairs)];
            }

            var data = new TheoryData<string, bool, string>();
            foreach (var (name, dies, other) in all)
            {
                data.Add(name, dies, other);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public Task Two_faults_at_once_leave_nothing_half_done(string point, bool agentDies, string other) => shared.UseAsync(site => new Disturbed(site, KillPoint.Of(point).Job).RunAsync(
        KillPoint.Of(point),
        agentDies,
        async () =>
        {
            await using var trouble = await BeginAsync(site, other);
            if (agentDies)
            {
                await site.KillAsync("n2");
            }

            if (!other.EndsWith("dies", StringComparison.Ordinal))
            {
                await site.UntilSilentAsync(WhoOf(other));
            }

            if (agentDies)
            {
                await site.ReviveAsync("n2");
            }
        }));

    private static async Task<IAsyncDisposable> BeginAsync(FaultSite site, string what)
    {
        var who = WhoOf(what);
        if (what.EndsWith("dies", StringComparison.Ordinal))
        {
            await site.KillAsync(who);
            return new Ending(() => site.ReviveAsync(who));
        }

        (string From, string To)[] links = what switch
        {
            _ when what.EndsWith("is cut off", StringComparison.Ordinal) => [(FaultSite.Coordinator, who), (who, FaultSite.Coordinator)],
            _ when what.EndsWith("hears nothing", StringComparison.Ordinal) => [(FaultSite.Coordinator, who)],
            _ when what.EndsWith("is not heard", StringComparison.Ordinal) => [(who, FaultSite.Coordinator)],
            _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"there is no trouble '{what}'")),
        };
        return await site.CutAsync(links);
    }

    private static string WhoOf(string what) => what[..what.IndexOf(' ', StringComparison.Ordinal)];
}
