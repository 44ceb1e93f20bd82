using System.Diagnostics;
using Cairn.Agent.Tests.Plain;
using Cairn.Repository;

namespace Cairn.Agent.Tests.Tools;

/// <summary><c>cairn-agent repository …</c> as a process, on a repository that holds two points.</summary>
public sealed class RepositoryCommandTests : IAsyncLifetime, IDisposable
{
    private readonly TestDirectory files = new();
    private readonly List<PointId> points = [];

    private string RepositoryPath => files.At("repository");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(files.At("source"));
        Directory.CreateDirectory(files.At("data"));
        files.Write(
            "agent.yaml",
            $"node: node1\nstate: {files.At("state")}\nrepository: {RepositoryPath}\nroots: [{files.At("data")}]\n" +
            $"instances:\n  - name: files1\n    engine: opengemini\n    config: {files.At("none.conf")}\n");
        files.Write("source/kept", "kept as it is");
        files.Write("source/changed", "before");
        var now = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
        var chain = ChainId.New(now);
        await using var repository = await LocalRepository.OpenOrCreateAsync(RepositoryPath, new RepositoryOptions(), CancellationToken.None);
        await BackUpAsync(repository, PointId.New(now), chain, basePoint: null);
        files.Write("source/changed", "after, and longer");
        await BackUpAsync(repository, PointId.New(now.AddMinutes(1)), chain, points[0]);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => files.Dispose();

    [Fact]
    public void Points_are_listed_shown_and_compared()
    {
        Assert.Contains($"{points[1]}  incremental", Run(0, "list"), StringComparison.Ordinal);
        Assert.Contains("copies:                1, same host", Run(0, "show", "latest"), StringComparison.Ordinal);
        Assert.Contains("data/kept", Run(0, "files", points[0].Text, "--match", "*kept"), StringComparison.Ordinal);
        Assert.DoesNotContain("data/changed", Run(0, "files", points[0].Text, "--match", "*kept"), StringComparison.Ordinal);
        Assert.Matches("grew +6 +17  data/changed", Run(0, "diff", points[0].Text, points[1].Text));
        Assert.Contains("code: POINT_NOT_FOUND", Run(3, "show", "2020"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("presence")]
    [InlineData("hash")]
    [InlineData("restore")]
    public void A_point_is_verified_at_every_level_and_damage_is_named(string level)
    {
        Assert.Contains("is sound: 2 files", Run(0, "verify", "latest", "--level", level), StringComparison.Ordinal);
        Assert.Contains("--max-shrinkage is 50", Run(2, "verify", "latest", "--max-shrinkage", "50"), StringComparison.Ordinal);

        foreach (var pack in Directory.GetFiles(RepositoryPath, "*.pack", SearchOption.AllDirectories))
        {
            File.Delete(pack);
        }

        Assert.Contains("code: POINT_DAMAGED", Run(1, "verify", "latest", "--level", level), StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_is_exported_as_a_directory_and_as_a_compressed_tar()
    {
        Run(0, "export", "latest", files.At("out"));
        Run(0, "export", "latest", files.At("out.tar.zst"), "--format", "tar", "--zstd", "3");

        Assert.Equal("after, and longer", File.ReadAllText(files.At("out", "data", "changed")));
        Directory.CreateDirectory(files.At("untarred"));
        using var tar = Process.Start("/bin/sh", ["-c", $"zstd -dc '{files.At("out.tar.zst")}' | tar -C '{files.At("untarred")}' -xf -"]);
        tar.WaitForExit();
        Assert.Equal("kept as it is", File.ReadAllText(files.At("untarred", "data", "kept")));
        Assert.Contains("is there already", Run(3, "export", "latest", files.At("out.tar.zst"), "--format", "tar"), StringComparison.Ordinal);
        Assert.Contains("go with --format tar", Run(2, "export", "latest", files.At("other"), "--gzip", "1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deletion_says_first_what_it_frees_and_needs_a_word()
    {
        var planned = Run(0, "delete", points[0].Text);
        var kept = Run(0, "list");
        var deleted = Run(0, "delete", points[0].Text, "--yes");

        Assert.Contains("nothing was deleted", planned, StringComparison.Ordinal);
        Assert.Contains("warning: its parts on node2 stay", planned, StringComparison.Ordinal);
        Assert.Contains(points[0].Text, kept, StringComparison.Ordinal);
        Assert.Contains("deleted; ", deleted, StringComparison.Ordinal);
        Assert.DoesNotContain(points[0].Text, Run(0, "list"), StringComparison.Ordinal);
        Assert.Contains("is sound", Run(0, "verify", "latest"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("tar")]
    public void A_point_is_not_exported_into_the_repository_that_holds_it(string format)
    {
        Directory.CreateSymbolicLink(files.At("link"), RepositoryPath);
        var before = Snapshot.Of(RepositoryPath);

        var refusal = Run(3, "export", "latest", files.At("link", "out"), "--format", format);

        Assert.Contains("code: PATH_UNUSABLE", refusal, StringComparison.Ordinal);
        Assert.Contains($"lies in {RepositoryPath}", refusal, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot.Of(RepositoryPath));
    }

    [Fact]
    public async Task Sweeping_is_refused_while_somebody_writes_and_looking_is_not()
    {
        await using var writer = await LocalRepository.OpenOrCreateAsync(RepositoryPath, new RepositoryOptions(), CancellationToken.None);

        Assert.Contains("code: REPOSITORY_UNUSABLE", Run(3, "sweep"), StringComparison.Ordinal);
        Assert.Contains("0 files, 0 B would go", Run(0, "sweep", "--dry-run"), StringComparison.Ordinal);
        Assert.Contains(points[0].Text, Run(0, "list"), StringComparison.Ordinal);
    }

    private string Run(int exitCode, params string[] words) =>
        AgentCommandLine.Run(exitCode, ["repository", words[0], "--config", files.At("agent.yaml"), .. words[1..]]);

    private async Task BackUpAsync(INodeRepository repository, PointId point, ChainId chain, PointId? basePoint)
    {
        var spec = new BeginPoint
        {
            Point = point, Chain = chain, BasePoint = basePoint, Node = "node1", Cluster = "demo", Engine = "files", Job = "job",
        };
        await using (var writer = await repository.BeginPointAsync(spec, CancellationToken.None))
        {
            await writer.WriteAsync(Entries(), progress: null, CancellationToken.None);
            await writer.PrepareAsync(new PointProperties("{}"), CancellationToken.None);
        }

        var prepared = (await repository.FindPreparedAsync(point, CancellationToken.None))!;
        await repository.CommitAsync(point, Record(spec, prepared), CancellationToken.None);
        points.Add(point);
    }

    private async IAsyncEnumerable<SourceEntry> Entries()
    {
        await Task.Yield();
        foreach (var path in Directory.GetFiles(files.At("source")).Order(StringComparer.Ordinal))
        {
            yield return new SourceEntry
            {
                Path = "data/" + Path.GetFileName(path),
                Kind = EntryKind.File,
                Attributes = new UnixAttributes(0x1A4, 0, 0, 1_000_000_000, new FileInfo(path).Length),
                Class = "data",
                PhysicalPath = path,
            };
        }
    }

    private static CommitRecord Record(BeginPoint spec, PreparedManifest prepared)
    {
        NodePart Part(string node) => new()
        {
            Node = node,
            ManifestHash = prepared.Hash,
            Files = prepared.Files,
            Bytes = prepared.Bytes,
            CaptureStart = DateTimeOffset.UnixEpoch,
            CaptureEnd = DateTimeOffset.UnixEpoch,
        };
        return new CommitRecord
        {
            Point = spec.Point,
            Chain = spec.Chain,
            BasePoint = spec.BasePoint,
            Cluster = spec.Cluster,
            Engine = spec.Engine,
            Job = spec.Job,
            Label = "nightly",
            Created = DateTimeOffset.UnixEpoch,
            Kind = spec.BasePoint is null ? PointKind.Full : PointKind.Incremental,
            Consistency = "all that was acknowledged before the start",
            Caveats = [],
            Partial = false,
            MissingNodes = [],
            Skew = TimeSpan.Zero,
            TopologyJson = "{}",
            Nodes = [Part("node1"), Part("node2")],
        };
    }
}
