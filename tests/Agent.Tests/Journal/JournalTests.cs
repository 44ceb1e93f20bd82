using System.Text;
using Cairn.Agent.Journal;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Journal;

public sealed class JournalTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_journaled_is_there_after_a_restart()
    {
        using var files = new TestDirectory();
        var copy = Copy("job1", Now);
        using (var journal = AgentJournal.Open("node1", files.At("state")))
        {
            journal.Copies.Put("job1", copy);
            journal.Epochs.Admit("c1", 7);
        }

        using var again = AgentJournal.Open("node1", files.At("state"));

        Assert.Equivalent(copy, again.Copies.Find("job1"));
        Assert.Equal(7, again.Epochs.All["c1"]);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("flipped")]
    [InlineData("foreign")]
    [InlineData("newer")]
    public void A_damaged_file_is_refused_with_its_name(string damage)
    {
        using var files = new TestDirectory();
        using (var journal = AgentJournal.Open("node1", files.At("state")))
        {
            journal.Copies.Put("job1", Copy("job1", Now));
        }

        var path = files.At("state", "journal", "copies", "job1.json");
        Damage(path, damage);

        var refusal = Assert.Throws<JournalDamagedException>(() => AgentJournal.Open("node1", files.At("state")));

        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("node1", refusal.Node);
    }

    [Fact]
    public void All_damaged_files_are_named_at_once()
    {
        using var files = new TestDirectory();
        using (var journal = AgentJournal.Open("node1", files.At("state")))
        {
            journal.Copies.Put("job1", Copy("job1", Now));
            journal.Copies.Put("job2", Copy("job2", Now));
        }

        Damage(files.At("state", "journal", "copies", "job1.json"), "flipped");
        Damage(files.At("state", "journal", "copies", "job2.json"), "truncated");

        var refusal = Assert.Throws<JournalDamagedException>(() => AgentJournal.Open("node1", files.At("state")));

        Assert.Contains("job1.json", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("job2.json", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_never_finished_is_removed_and_does_no_harm()
    {
        using var files = new TestDirectory();
        AgentJournal.Open("node1", files.At("state")).Dispose();
        var unfinished = files.Write("state/journal/tasks/some.json.tmp", "half");

        AgentJournal.Open("node1", files.At("state")).Dispose();

        Assert.False(File.Exists(unfinished));
    }

    [Fact]
    public void Two_agents_cannot_have_one_state_directory()
    {
        using var files = new TestDirectory();
        using var first = AgentJournal.Open("node1", files.At("state"));

        var refusal = Assert.Throws<CairnException>(() => AgentJournal.Open("node1", files.At("state")));

        Assert.Equal(ErrorCode.NodeLocked, refusal.Code);
        Assert.Contains($"owner cairn-agent, process {Environment.ProcessId}, job none", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_ended_more_than_thirty_days_ago_is_forgotten_and_nothing_else()
    {
        using var files = new TestDirectory();
        using var journal = AgentJournal.Open("node1", files.At("state"));
        journal.Copies.Put("old", Copy("old", Now - TimeSpan.FromDays(31)));
        journal.Copies.Put("new", Copy("new", Now - TimeSpan.FromDays(29)));
        journal.Restores.Put("old-but-beside", Restore(RestoreState.Swapped));
        journal.Restores.Put("old-and-gone", Restore(RestoreState.Discarded));

        journal.Prune(Now);

        Assert.Equal(["new"], journal.Copies.Keys());
        Assert.Equal(["old-but-beside"], journal.Restores.Keys());
    }

    [Fact]
    public void An_epoch_below_the_highest_is_refused_also_after_a_restart()
    {
        using var files = new TestDirectory();
        using (var journal = AgentJournal.Open("node1", files.At("state")))
        {
            journal.Epochs.Admit("c1", 5);
        }

        using var again = AgentJournal.Open("node1", files.At("state"));
        var refusal = Assert.Throws<CairnException>(() => again.Epochs.Admit("c1", 4));
        again.Epochs.Admit("c1", 5);
        again.Epochs.Admit("c2", 1);

        Assert.Equal(ErrorCode.StaleEpoch, refusal.Code);
        Assert.Equal("node1", refusal.Node);
    }

    [Fact]
    public void The_example_on_the_page_is_a_file_that_is_read()
    {
        var page = File.ReadAllText(Path.Combine(TestKit.Checkout.Root, "docs", "agent-journal.md"));
        var example = page.Split("```journal\n", 2)[1].Split("\n```", 2)[0];

        var body = JournalFile.Decode("epochs", Encoding.UTF8.GetBytes(example), out var problem);

        Assert.Equal("", problem);
        Assert.Equal("""{"highest":{"sensors":12}}""", Encoding.UTF8.GetString(body!.Value.Span));
    }

    private static void Damage(string path, string damage)
    {
        var bytes = File.ReadAllBytes(path);
        var text = Encoding.UTF8.GetString(bytes);
        bytes = damage switch
        {
            "truncated" => bytes[..^1],
            "flipped" => [.. bytes[..^3], (byte)(bytes[^3] ^ 1), .. bytes[^2..]],
            "foreign" => Encoding.UTF8.GetBytes("something else\n{}"),
            "newer" => Encoding.UTF8.GetBytes(text.Replace("journal 1 ", "journal 2 ", StringComparison.Ordinal)),
            _ => throw new ArgumentException(damage, nameof(damage)),
        };
        using var file = new FileStream(path, FileMode.Create);
        file.Write(bytes);
    }

    private static CopyRecord Copy(string job, DateTimeOffset made) =>
        new(job, "20261101T120000Z-3fa9c1", "{}", ["keeper"], HasMetadata: true, 12, 34, made);

    private static RestoreRecord Restore(RestoreState state) => new()
    {
        JobId = "job",
        Cluster = "c1",
        Epoch = 1,
        PointId = "20261101T120000Z-3fa9c1",
        State = state,
        Parts = [],
        MadeParents = [],
        Created = Now - TimeSpan.FromDays(40),
        Changed = Now - TimeSpan.FromDays(40),
    };
}
