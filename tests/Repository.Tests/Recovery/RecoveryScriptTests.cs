using System.Diagnostics;

namespace Cairn.Repository.Tests.Recovery;

/// <summary>A point comes back with python3 and zstd alone, by the script that lies in its chain.</summary>
public sealed class RecoveryScriptTests : RepositoryTest
{
    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Fastest)]
    public async Task The_chains_own_script_brings_every_point_back_byte_for_byte(Compression compression)
    {
        FillSource();
        var full = NewFull() with { Compression = compression };
        await BackUpAsync(full, Source.ImmutableEntries());
        var expectedFull = TreeSnapshot.Take(Source.Root);
        Source.WithFile("small/7", Bytes.Text(70_000, seed: 99)).WithDirectory("new").WithFile("large", 3_000_000, seed: 77);
        var incremental = NewIn(full.Chain, full.Point) with { Compression = compression };
        await BackUpAsync(incremental, Source.Entries());

        Run($"extract {full.Point} {Root}/full");
        Run($"extract {incremental.Point} {Root}/incremental");

        Assert.Equal(expectedFull, TreeSnapshot.Take($"{Root}/full/data"));
        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take($"{Root}/incremental/data"));
        Assert.Equal(2, Run("list").Split('\n').Count(line => line.Contains(" files, ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_script_extracts_only_what_is_asked_for()
    {
        FillSource();
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());

        Run($"extract {spec.Point} {Root}/some data/small/1*");

        Assert.Equal(11, Directory.GetFiles($"{Root}/some/data/small").Length);
        Assert.Single(Directory.GetFileSystemEntries($"{Root}/some/data"));
    }

    [Theory]
    [InlineData("packs")]
    [InlineData("manifests")]
    [InlineData("commits")]
    public async Task The_script_stops_at_damage_and_names_it(string part)
    {
        FillSource();
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());
        var victim = FilesIn(part)[0];
        FlipBit(victim, new FileInfo(victim).Length / 2);

        var (exitCode, output) = Start($"extract {spec.Point} {Root}/damaged");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("recover.py: ", output, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(victim), output, StringComparison.Ordinal);
    }

    private void FillSource()
    {
        Source.WithFile("large", 2_500_000, seed: 1).WithFile("empty", []).WithDirectory("nothing").WithLink("link", "large").WithLink("broken", "/nowhere");
        Source.WithFile("zeros", [.. new byte[900_000], 1, .. new byte[500_000]]).WithFile("text", Bytes.Text(1_200_000, seed: 3)).WithFile("name with é", 10, seed: 4);
        for (var i = 0; i < 20; i++)
        {
            Source.WithFile($"small/{i}", Bytes.Text(3_000 + i, seed: i));
        }

        Source.WithMode("text", 0x1A0).WithMode("nothing", 0x1C0);
    }

    private string Run(string arguments)
    {
        var (exitCode, output) = Start(arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private (int ExitCode, string Output) Start(string arguments)
    {
        var script = Assert.Single(Directory.GetFiles(RepositoryPath, "recover.py", SearchOption.AllDirectories));
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec python3 '{script}' {arguments} 2>&1"]) { RedirectStandardOutput = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
