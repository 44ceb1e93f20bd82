using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Databases;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Databases;

public sealed class AdoptionChecksTests
{
    private static readonly Catalogues Saved = new Catalogues().With(("iot", 1), ("ops", 5));
    private static readonly Catalogues Live = new Catalogues().With(("ops", 5));

    [Fact]
    public void A_database_that_was_dropped_from_the_same_cluster_may_come_back()
    {
        Assert.All(Checks(Saved, Live), check => Assert.True(check.Passed, check.ToString()));
    }

    [Fact]
    public void A_recorded_catalogue_of_a_real_cluster_passes_with_itself_once_the_database_is_gone()
    {
        var saved = Fixtures.TextOf("expected/cluster-getdata.json");
        var live = System.Text.Json.Nodes.JsonNode.Parse(saved)!.AsObject();
        live["Databases"]!.AsObject().Remove("iot");
        live["PtView"]!.AsObject().Remove("iot");

        var checks = Checks(saved, live.ToJsonString());

        Assert.All(checks, check => Assert.True(check.Passed, check.ToString()));
    }

    [Fact]
    public void A_recorded_catalogue_of_replicated_databases_is_refused()
    {
        var saved = Fixtures.TextOf("expected/replica-getdata.json");
        var database = JsonDocument.Parse(saved).RootElement.GetProperty("ReplicaGroups").EnumerateObject().First().Name;

        Assert.Equal("UNSUPPORTED", Failure(Checks(saved, saved, database), "copies").Code);
    }

    [Fact]
    public void A_database_that_is_there_is_refused_with_the_way_to_drop_it()
    {
        var failure = Failure(Checks(Saved, Saved), "catalogue");

        Assert.Equal("ALREADY_EXISTS", failure.Code);
        Assert.Contains("DROP DATABASE", failure.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_of_which_partitions_are_left_is_being_dropped()
    {
        var live = Live.With(("ops", 5), ("iot", 1)).Json().Replace("\"Name\":\"iot\",", "\"Name\":\"iot\",\"MarkDeleted\":true,", StringComparison.Ordinal);

        Assert.Contains("being dropped", Failure(Checks(Saved.Json(), live), "catalogue").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_catalogue_without_any_database_would_be_killed_for_good()
    {
        var failure = Failure(Checks(Saved, Live.With()), "other-database");

        Assert.Equal("UNSUPPORTED", failure.Code);
        Assert.Contains("Raft log", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CREATE DATABASE", failure.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_database_cluster_is_refused()
    {
        Assert.Equal("TOPOLOGY_MISMATCH", Failure(Checks(Saved, Live with { Cluster = 43 }), "same-cluster").Code);
    }

    [Theory]
    [InlineData("127.0.0.1:8400")]
    [InlineData("127.0.0.1:8400,127.0.0.3:8400")]
    [InlineData("127.0.0.1:8400,127.0.0.2:8400,127.0.0.3:8400")]
    public void Other_stores_than_in_the_point_are_refused_by_name_and_number(string stores)
    {
        var failure = Failure(Checks(Saved, Live with { Stores = stores.Split(',') }), "stores");

        Assert.Equal("TOPOLOGY_MISMATCH", failure.Code);
        Assert.Contains(stores.Replace(",", ", ", StringComparison.Ordinal), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_is_dead_is_refused()
    {
        Assert.Equal("MEMBER_DEAD", Failure(Checks(Saved, Live with { StoreStatus = 4 }), "stores").Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Counters_below_the_points_numbers_are_refused(long counter)
    {
        var failure = Failure(Checks(Saved, Live with { Counter = counter }), "numbers");

        Assert.Equal("TOPOLOGY_MISMATCH", failure.Code);
        Assert.Contains("MaxShardID", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counters_at_the_points_highest_number_are_enough()
    {
        Assert.All(Checks(Saved, Live with { Counter = 2 }), check => Assert.True(check.Passed, check.ToString()));
    }

    [Fact]
    public void Numbers_that_another_database_has_by_now_are_refused()
    {
        var failure = Failure(Checks(Saved, Live.With(("ops", 2))), "numbers");

        Assert.Equal("TOPOLOGY_MISMATCH", failure.Code);
        Assert.Contains("ShardID 2", failure.Message, StringComparison.Ordinal);
    }

    private static ErrorDetail Failure(IEnumerable<Check> checks, string name)
    {
        var check = checks.Single(one => one.Name == name);
        Assert.False(check.Passed);
        Assert.NotEmpty(check.Error.WayOut);
        return check.Error;
    }

    private static List<Check> Checks(Catalogues saved, Catalogues live) => Checks(saved.Json(), live.Json());

    private static List<Check> Checks(string saved, string live, string database = "iot")
    {
        using var then = JsonDocument.Parse(saved);
        using var now = JsonDocument.Parse(live);
        return [.. new AdoptionChecks(then.RootElement, now.RootElement, [database]).All()];
    }
}
