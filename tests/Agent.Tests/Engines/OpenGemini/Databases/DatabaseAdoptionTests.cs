using System.Text;
using Cairn.Agent.Engines;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Databases;

/// <summary>What is asked of a ts-meta to take a database back, and what is believed of its answers.</summary>
public sealed class DatabaseAdoptionTests : IDisposable
{
    private readonly RecordedNode node = new("cluster");
    private bool adopted;
    private bool orphaned;
    private int answer = 200;
    private string leads = "Leader";

    public DatabaseAdoptionTests() => node.MetaAnswer = (method, url) =>
    {
        if (url.StartsWith("/debug?witch=raft-stat", StringComparison.Ordinal))
        {
            return new Recorded(node.RaftStat(leads));
        }

        if (url.StartsWith("/getdata", StringComparison.Ordinal))
        {
            return new Recorded((adopted || orphaned ? Saved with { Orphaned = orphaned ? "iot" : "" } : Live).Json());
        }

        if (method == "POST" && url.StartsWith("/recoverMeta?", StringComparison.Ordinal))
        {
            adopted = answer is 200 or 500;
            orphaned = answer == 409;
            return answer == 204 ? new Recorded("", 200) : new Recorded("", answer);
        }

        return null;
    };

    private Catalogues Saved => Live.With(("iot", 1), ("ops", 5));

    private Catalogues Live => new Catalogues { Meta = node.MetaAddress }.With(("ops", 5));

    private IObjectInstance Instance => (IObjectInstance)node.Instance;

    public void Dispose() => node.Dispose();

    [Fact]
    public async Task It_is_told_once_with_the_whole_catalogue_and_asked_afterwards()
    {
        var ordered = 0;

        var findings = await AdoptAsync(() => ordered++);
        var order = Assert.Single(Orders());
        var query = order[(order.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&');

        Assert.Equal(1, ordered);
        Assert.Equal("dbs=iot", query[0]);
        Assert.Equal(Saved.Json(), Uri.UnescapeDataString(query[1]["metaData=".Length..]));
        Assert.Contains("2 partitions", Assert.Single(findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strange_answer_counts_for_nothing_when_the_catalogue_has_it()
    {
        answer = 500;

        var findings = await AdoptAsync();

        Assert.Contains(findings, finding => finding.Contains("answered 500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_that_changed_nothing_is_a_refusal()
    {
        answer = 400;

        Assert.Equal(ErrorCode.EngineAnswer, (await FailureAsync()).Code);
    }

    [Fact]
    public async Task A_refusal_that_changed_the_catalogue_all_the_same_is_named_with_the_way_to_drop_it()
    {
        answer = 409;

        var unclear = await FailureAsync();

        Assert.Equal(ErrorCode.AdoptionUnclear, unclear.Code);
        Assert.Contains("belongs to no store", unclear.Message, StringComparison.Ordinal);
        Assert.Contains("DROP DATABASE", unclear.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_success_that_changed_nothing_is_unclear()
    {
        answer = 204;

        Assert.Equal(ErrorCode.AdoptionUnclear, (await FailureAsync()).Code);
    }

    [Fact]
    public async Task A_meta_that_does_not_lead_any_more_is_not_told()
    {
        leads = "Follower";

        Assert.Equal(ErrorCode.LeaderMoved, (await FailureAsync()).Code);
        Assert.Empty(Orders());
    }

    [Fact]
    public async Task A_database_that_somebody_made_meanwhile_is_left_alone()
    {
        adopted = true;

        Assert.Equal(ErrorCode.AlreadyExists, (await FailureAsync()).Code);
        Assert.Empty(Orders());
    }

    [Fact]
    public async Task What_keeps_the_order_from_being_given_keeps_it_from_being_given()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => AdoptAsync(() => throw new InvalidOperationException("an older epoch")));

        Assert.Empty(Orders());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_whose_answer_nobody_saw_is_not_given_again(bool wasTaken)
    {
        adopted = wasTaken;

        var failure = await Record.ExceptionAsync(() => AdoptAsync(orderedBefore: true));

        Assert.Empty(Orders());
        Assert.Equal(wasTaken ? null : ErrorCode.AdoptionUnclear, (failure as CairnException)?.Code);
    }

    [Fact]
    public async Task A_plan_names_a_directory_of_each_root_and_every_check()
    {
        var layout = await Instance.PlanObjectsAsync(await RequestAsync(), CancellationToken.None);

        Assert.Equal([("wal", "iot"), ("data", "iot")], layout.Targets.Select(target => (target.Root, target.Directory)));
        Assert.All(layout.Checks, check => Assert.True(check.Passed, check.ToString()));
        Assert.Contains(layout.Checks, check => check.Name == "numbers");
        Assert.Contains(layout.Checks, check => check.Name == "order");
    }

    [Fact]
    public async Task Absence_is_asked_of_the_leader()
    {
        await Instance.RequireAbsentAsync(["iot"], CancellationToken.None);
        adopted = true;

        var refused = await Assert.ThrowsAsync<CairnException>(() => Instance.RequireAbsentAsync(["iot"], CancellationToken.None));

        Assert.Equal(ErrorCode.AlreadyExists, refused.Code);
    }

    private List<string> Orders() => [.. node.AskedMeta.Where(asked => asked.StartsWith("POST /recoverMeta", StringComparison.Ordinal))];

    private async Task<CairnException> FailureAsync() => await Assert.ThrowsAsync<CairnException>(() => AdoptAsync());

    private async Task<IReadOnlyList<string>> AdoptAsync(Action? ordering = null, bool orderedBefore = false) =>
        await Instance.AdoptAsync(await RequestAsync(), orderedBefore, ordering ?? (() => { }), CancellationToken.None);

    private async Task<ObjectRequest> RequestAsync() => new(
        ["iot"],
        (await node.Instance.RecordAsync(node.Workspace, CancellationToken.None)).Json,
        new Dictionary<string, ReadOnlyMemory<byte>> { ["meta/meta_info.json"] = Encoding.UTF8.GetBytes(Saved.Json()) },
        AdoptsHere: true);
}
