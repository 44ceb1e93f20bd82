using System.Formats.Tar;
using System.IO.Compression;
using Cairn.Agent.Tests.Plain;
using Cairn.V1;

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

    private static IReadOnlyList<string> Names(TestAgent agent) =>
        [.. Directory.EnumerateFileSystemEntries(agent.Files.At("db"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static ExportRequest Request(TestAgent agent, Cairn.Repository.PointId point, ExportFormat format) => new()
    {
        Header = agent.Header(TestAgent.NewJob()),
        PointId = point.ToString(),
        Format = format,
        Directory = agent.Files.At("db", "out"),
    };
}
