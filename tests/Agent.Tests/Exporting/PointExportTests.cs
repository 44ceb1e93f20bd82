using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Tests.Plain;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Agent.Tests.Exporting;

public sealed class PointExportTests
{
    [Fact]
    public async Task A_plain_export_is_a_directory_with_every_file_of_the_point()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();

        var exported = await agent.DoneAsync(agent.Client.ExportAsync(Request(agent, point, ExportFormat.Plain)));

        var made = Path.Combine(agent.Files.At("db", "out"), $"{point}-{TestAgent.Node}");
        Assert.Equal(made, exported.Export.Path);
        Assert.Contains(
            Directory.EnumerateFiles(made, "one.tssp", SearchOption.AllDirectories), path => File.ReadAllText(path) == "one");
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(agent.Files.At("db", "out")), path => path.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_packed_export_is_one_archive_that_a_reader_of_tar_reads()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        var request = Request(agent, point, ExportFormat.Tar);
        request.Packing = new ExportPacking { Gzip = 6 };

        var exported = await agent.DoneAsync(agent.Client.ExportAsync(request));

        Assert.EndsWith(".tar.gz", exported.Export.Path, StringComparison.Ordinal);
        using var archive = new TarReader(new GZipStream(File.OpenRead(exported.Export.Path), CompressionMode.Decompress));
        var names = new List<string>();
        while (await archive.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Contains(names, name => name.EndsWith("a/two.tssp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_directory_that_the_agent_may_not_touch_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        var request = Request(agent, point, ExportFormat.Plain);
        request.Directory = agent.Files.At("elsewhere");

        var refused = await agent.EndOfAsync(await agent.Client.ExportAsync(request));

        Assert.Equal((TaskState.Failed, "OUTSIDE_ROOTS"), (refused.State, refused.Error.Code));
        Assert.False(Directory.Exists(agent.Files.At("elsewhere")));
    }

    [Theory]
    [InlineData("db/data", "db/data")]
    [InlineData("db/meta/below", "db/meta")]
    [InlineData("db/link", "db/data")]
    [InlineData("db/repository", "db/repository")]
    [InlineData("db/repository/below", "db/repository")]
    [InlineData("db/.cairn/out", ".cairn")]
    public async Task A_directory_of_the_database_or_of_the_agent_is_refused_before_a_byte_is_written(string directory, string named)
    {
        await using var agent = await TestAgent.StartAsync(agent =>
        {
            agent.Repository = agent.Files.At("db", "repository");
            Directory.CreateSymbolicLink(agent.Files.At("db", "link"), agent.Data);
        });
        var point = await agent.BackUpAsync();
        var before = Names(agent);
        var request = Request(agent, point, ExportFormat.Plain);
        request.Directory = agent.Files.At(directory);

        var refusal = await agent.RefusedAsync(agent.Client.ExportAsync(request));

        Assert.Equal("PATH_UNUSABLE", refusal.Code);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("export to another directory", refusal.WayOut, StringComparison.Ordinal);
        Assert.Equal(before, Names(agent));
    }

    [Fact]
    public async Task What_is_there_already_is_left_alone()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        await agent.DoneAsync(agent.Client.ExportAsync(Request(agent, point, ExportFormat.Plain)));

        var refused = await agent.EndOfAsync(await agent.Client.ExportAsync(Request(agent, point, ExportFormat.Plain)));

        Assert.Equal("PATH_UNUSABLE", refused.Error.Code);
    }

    [Theory]
    [InlineData(ExportFormat.Plain)]
    [InlineData(ExportFormat.Tar)]
    public async Task An_export_that_was_whole_when_the_agent_died_is_known_again_and_not_made_twice(ExportFormat format)
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        var done = await agent.DoneAsync(agent.Client.ExportAsync(Request(agent, point, format)));
        var made = Snapshot.Of(agent.Files.At("db", "out"));

        await DieBeforeTheEndIsJournaledAsync(agent, done);
        var end = await agent.EndOfAsync(await agent.Client.GetTaskAsync(new GetTaskRequest { TaskId = done.TaskId }));

        Assert.True(end.State == TaskState.Succeeded, $"{end.Error?.Message}");
        Assert.Equal(done.Export, end.Export);
        Assert.Equal(made, Snapshot.Of(agent.Files.At("db", "out")));
    }

    [Theory]
    [InlineData(ExportFormat.Plain)]
    [InlineData(ExportFormat.Tar)]
    public async Task What_another_put_there_while_the_agent_was_dead_is_left_alone(ExportFormat format)
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        var done = await agent.DoneAsync(agent.Client.ExportAsync(Request(agent, point, format)));

        await DieBeforeTheEndIsJournaledAsync(agent, done, () =>
        {
            Tree.Remove(done.Export.Path, CancellationToken.None);
            if (format == ExportFormat.Plain)
            {
                Directory.CreateDirectory(done.Export.Path);
            }
            else
            {
                agent.Files.Write(Path.GetRelativePath(agent.Files.Path, done.Export.Path), "foreign");
            }
        });
        var foreign = Snapshot.Of(agent.Files.At("db", "out"));
        var end = await agent.EndOfAsync(await agent.Client.GetTaskAsync(new GetTaskRequest { TaskId = done.TaskId }));

        Assert.Equal((TaskState.Failed, "PATH_UNUSABLE"), (end.State, end.Error?.Code));
        Assert.Equal(foreign, Snapshot.Of(agent.Files.At("db", "out")));
    }

    [Fact]
    public async Task An_export_that_fails_leaves_nothing_half_made()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        var packs = Directory.GetFiles(agent.Settings().RepositoryPath, "*.pack", SearchOption.AllDirectories);
        File.Delete(packs.Order(StringComparer.Ordinal).First());

        var refusal = await agent.RefusedAsync(agent.Client.ExportAsync(Request(agent, point, ExportFormat.Plain)));

        Assert.Equal("POINT_DAMAGED", refusal.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(agent.Files.At("db", "out")));
    }

    private static IReadOnlyList<string> Names(TestAgent agent) =>
        [.. Directory.EnumerateFileSystemEntries(agent.Files.At("db"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    // What a kill right behind the rename leaves: everything but the end of the task in the journal.
    private static async Task DieBeforeTheEndIsJournaledAsync(TestAgent agent, Cairn.V1.TaskStatus done, Action? meanwhile = null)
    {
        await agent.StopAsync();
        using (var journal = AgentJournal.Open(TestAgent.Node, agent.Settings().StateDirectory))
        {
            var begun = done.Clone();
            begun.State = TaskState.Running;
            begun.Export = null;
            begun.Ended = null;
            using var json = JsonDocument.Parse(JsonFormatter.Default.Format(begun));
            journal.Tasks.Put(done.TaskId, journal.Tasks.Find(done.TaskId)! with { Status = json.RootElement, Ended = null });
        }

        meanwhile?.Invoke();
        await agent.StartAgainAsync();
    }

    private static ExportRequest Request(TestAgent agent, Cairn.Repository.PointId point, ExportFormat format) => new()
    {
        Header = agent.Header(TestAgent.NewJob()),
        PointId = point.ToString(),
        Format = format,
        Directory = agent.Files.At("db", "out"),
    };
}
