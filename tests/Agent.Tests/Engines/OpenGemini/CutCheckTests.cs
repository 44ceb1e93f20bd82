using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGemini;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.OpenGemini;

public sealed class CutCheckTests
{
    [Fact]
    public void A_commit_that_a_majority_covers_is_consistent()
    {
        // H4: two phases; node 2 is ahead, its surplus is cut by Raft.
        var verdict = Check([(177, 178), (177, 213), (177, 177)]);

        Assert.True(verdict.Consistent, string.Join("; ", verdict.Findings));
        Assert.StartsWith("all points acknowledged before the backup's start", verdict.Consistency, StringComparison.Ordinal);
        Assert.Empty(verdict.Caveats);
    }

    [Fact]
    public void A_commit_above_the_last_entry_of_a_majority_is_inconsistent()
    {
        // H2: logs ended at 971, 976 (commit 974), 971.
        var verdict = Check([(971, 971), (974, 976), (971, 971)]);

        Assert.False(verdict.Consistent);
        Assert.Contains(verdict.Findings, f => f.Contains("commit 974 lies above entry 971", StringComparison.Ordinal));
    }

    [Fact]
    public void A_commit_above_the_copys_own_last_entry_is_inconsistent()
    {
        // H7: entries copied before raft.meta; the stores panic at start.
        var verdict = Check([(150, 169), (150, 170), (160, 155)]);

        Assert.False(verdict.Consistent);
        Assert.Contains(verdict.Findings, f => f.Contains("commit 160 lies above its own last entry 155", StringComparison.Ordinal));
    }

    [Fact]
    public void A_trimmed_log_counts_from_its_snapshot()
    {
        var verdict = CutCheck.Check(
        [
            .. new[] { 0L, 1L, 2L }.SelectMany(pt => new[]
            {
                Positions($"n{pt}", new PositionEvidence("iot", pt, (ulong)pt + 1, 2, 40, 40, [])),
                Logs($"n{pt}", new LogEvidence("iot", pt, 0, 0, 0)),
            }),
            Groups(new GroupEvidence("iot", 0, 0, [0, 1, 2])),
        ]);

        Assert.True(verdict.Consistent, string.Join("; ", verdict.Findings));
    }

    [Fact]
    public void Entries_trimmed_between_the_phases_are_inconsistent()
    {
        var verdict = CutCheck.Check(
        [
            Positions("n0", new PositionEvidence("iot", 0, 1, 2, 60, 40, [])),
            Logs("n0", new LogEvidence("iot", 0, 50, 70, 2)),
            Groups(new GroupEvidence("iot", 0, 0, [0])),
        ]);

        Assert.False(verdict.Consistent);
        Assert.Contains(verdict.Findings, f => f.Contains("trimmed meanwhile", StringComparison.Ordinal));
    }

    [Fact]
    public void A_copy_that_was_not_captured_is_inconsistent()
    {
        var verdict = CutCheck.Check(
        [
            Positions("n0", new PositionEvidence("iot", 0, 1, 2, 5, 0, [])),
            Logs("n0", new LogEvidence("iot", 0, 1, 5, 2)),
            Groups(new GroupEvidence("iot", 0, 0, [0, 1, 2])),
        ]);

        Assert.False(verdict.Consistent);
        Assert.Contains(verdict.Findings, f => f.Contains("partition 1, 2 were not captured", StringComparison.Ordinal));
    }

    [Fact]
    public void A_single_copy_needs_no_comparison()
    {
        var verdict = CutCheck.Check([Positions("n0"), Logs("n0"), Groups()]);

        Assert.True(verdict.Consistent);
        Assert.Equal(["every database has a single copy: nothing to compare"], verdict.Findings);
    }

    [Fact]
    public void Groups_of_stopped_servers_are_found_by_their_voters()
    {
        var verdict = CutCheck.Check(
        [
            .. new[] { 0L, 1L, 2L }.SelectMany(pt => new[]
            {
                Cold($"n{pt}", new Evidence { Positions = [new PositionEvidence("iot", pt, (ulong)pt + 1, 4, pt == 0 ? 20UL : 14, 13, [1, 2, 3])] }, "raft-positions"),
                Cold($"n{pt}", new Evidence { Logs = [new LogEvidence("iot", pt, 1, pt == 0 ? 20UL : 14, 4)] }, "logs"),
            }),
        ]);

        Assert.False(verdict.Consistent);
        Assert.Contains(verdict.Findings, f => f.Contains("commit 20 lies above entry 14", StringComparison.Ordinal));
        Assert.Equal("all points of the stopped servers, as they stood on disk", verdict.Consistency);
    }

    [Fact]
    public void Stopped_copies_that_name_no_group_give_a_caveat()
    {
        var verdict = CutCheck.Check(
        [
            Cold("n0", new Evidence { Positions = [new PositionEvidence("iot", 0, 1, 1, 3, 0, [])] }, "raft-positions"),
            Cold("n0", new Evidence { Logs = [new LogEvidence("iot", 0, 1, 3, 1)] }, "logs"),
        ]);

        Assert.True(verdict.Consistent);
        Assert.Equal([Caveats.GroupsNotCompared], verdict.Caveats.Select(c => c.Name));
    }

    [Fact]
    public void Features_of_the_catalogue_become_caveats()
    {
        var verdict = CutCheck.Check([Item("n0", "metadata", new Evidence { Groups = [], Features = [Caveats.ColumnStore, "something-else"] })]);

        Assert.Equal([Caveats.ColumnStore], verdict.Caveats.Select(c => c.Name));
    }

    [Theory]
    [InlineData("{}x")]
    [InlineData("{\"schema\":2}")]
    [InlineData("{\"unknown\":1}")]
    [InlineData("[]")]
    public void Evidence_that_is_not_this_engines_is_refused(string json)
    {
        var refused = Assert.Throws<CairnException>(() =>
            CutCheck.Check([new CutEvidence("n0", "og", "logs", System.Text.Encoding.UTF8.GetBytes(json))]));

        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
    }

    private static CutVerdict Check((ulong Commit, ulong Last)[] copies) => CutCheck.Check(
    [
        .. copies.SelectMany((copy, pt) => new[]
        {
            Positions($"n{pt}", new PositionEvidence("iot", pt, (ulong)pt + 1, 2, copy.Commit, 1, [1, 2, 3])),
            Logs($"n{pt}", new LogEvidence("iot", pt, 1, copy.Last, 2)),
        }),
        Groups(new GroupEvidence("iot", 0, 1, [0, 1, 2])),
    ]);

    private static CutEvidence Positions(string node, params PositionEvidence[] positions) =>
        Item(node, "raft-positions", new Evidence { Positions = positions });

    private static CutEvidence Logs(string node, params LogEvidence[] logs) => Item(node, "logs", new Evidence { Logs = logs });

    private static CutEvidence Groups(params GroupEvidence[] groups) => Item("n0", "metadata", new Evidence { Groups = groups });

    private static CutEvidence Cold(string node, Evidence evidence, string step) => Item(node, step, evidence with { Cold = true });

    private static CutEvidence Item(string node, string step, Evidence evidence) => new(node, "og", step, evidence.ToBytes());
}
