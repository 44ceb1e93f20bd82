using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Hosting;
using Cairn.Agent.Tests.Plain;

namespace Cairn.Agent.Tests.Configuration;

public sealed class AgentConfigurationTests : IDisposable
{
    private readonly TestDirectory files = new();

    public AgentConfigurationTests()
    {
        files.Write("db/data/file", "");
        files.Write("plain.conf", $"root data {files.At("db", "data")}\n");
    }

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task A_good_configuration_is_ok_and_ends_with_0()
    {
        var (exitCode, output) = await CheckAsync(Good());

        Assert.Equal("configuration ok", output.Trim());
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Defaults_are_what_the_documentation_says()
    {
        var settings = (await Configuration().LoadAsync(files.Write("agent.yaml", Good()), CancellationToken.None)).Settings!;

        Assert.Equal("127.0.0.1:7461", settings.Listen.ToString());
        Assert.Equal(new Uri("http://127.0.0.1:7460"), settings.Coordinator);
        Assert.Equal(1L << 30, settings.MaxPackBytes);
        Assert.Equal(Cairn.Repository.Compression.Fastest, settings.Compression);
        Assert.Equal(64L << 20, settings.FreeFloorBytes);
    }

    [Fact]
    public async Task All_problems_are_printed_at_once_and_it_ends_with_2()
    {
        files.Write("foreign/something", "not ours");
        files.Write("outside.conf", "root data /var/lib/elsewhere/data\n");
        var (exitCode, output) = await CheckAsync($"""
            node: "no such name!"
            listen: 0.0.0.0:7461
            coordinator: http://example.org:7460
            state: relative/state
            repository: {files.At("foreign")}
            roots: [relative, {files.At("missing")}, {files.At("db")}]
            compression: zip
            max-pack-size: 3 pies
            max-read-rate: 5KiB
            instances:
              - name: a
                engine: unheard-of
              - name: a
                engine: plain
                config: {files.At("none.conf")}
              - name: b!
                engine: plain
            """);

        Assert.Equal(2, exitCode);
        string[] expected =
        [
            "node: 'no such name!'",
            "listen: '0.0.0.0:7461' is not a loopback address",
            "coordinator: 'http://example.org:7460' is not a loopback address",
            "state: 'relative/state'",
            "roots: 'relative'",
            $"roots: {files.At("missing")} is not a directory",
            "compression: 'zip'",
            "max-pack-size: '3 pies'",
            "max-read-rate: '5KiB' is not a size from 1.0 MiB",
            "no engine is called 'unheard-of'",
            "the name 'a' is given twice",
            $"{files.At("none.conf")} is not there",
            "'b!' is no name",
            "repository: ",
        ];
        Assert.All(expected, problem => Assert.Contains(problem, output, StringComparison.Ordinal));
        Assert.Equal(expected.Length, output.Trim().Split('\n').Length);
    }

    [Fact]
    public async Task Data_outside_the_roots_are_a_problem_also_through_a_link()
    {
        files.Write("elsewhere/data/file", "");
        Directory.CreateSymbolicLink(files.At("db", "link"), files.At("elsewhere"));
        files.Write("plain.conf", $"root data {files.At("db", "link", "data")}\n");

        var (exitCode, output) = await CheckAsync(Good());

        Assert.Equal(2, exitCode);
        Assert.Contains(files.At("elsewhere", "data"), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_key_is_a_problem_with_its_line()
    {
        var (exitCode, output) = await CheckAsync(Good() + "repositroy: /x\n");

        Assert.Equal(2, exitCode);
        Assert.Contains("repositroy", output, StringComparison.Ordinal);
        Assert.Contains(":9:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_without_values_are_problems_like_missing_ones()
    {
        var (exitCode, output) = await CheckAsync(
            "node:\nlisten:\ncoordinator:\nstate:\nrepository:\nroots:\n  -\ninstances:\n  -\nlimits:\nlog-file:\nfoo: 1\n");

        Assert.Equal(2, exitCode);
        string[] expected =
        [
            "foo: there is no such key", "roots[0]: the item is empty", "instances[0]: the item is empty", "node: ", "state: ",
            "repository: ", "roots: at least one", "instances: at least one",
        ];
        Assert.All(expected, problem => Assert.Contains(problem, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("state", "db/data/state")]
    [InlineData("repository", "db/data")]
    [InlineData("repository", "db/link/repository")]
    public async Task State_and_repository_cannot_lie_in_the_data_that_a_restore_moves_aside(string key, string path)
    {
        Directory.CreateSymbolicLink(files.At("db", "link"), files.At("db", "data"));

        var (exitCode, output) = await CheckAsync(Good().Replace($"{key}: {files.At(key)}", $"{key}: {files.At(path)}"));

        Assert.Equal(2, exitCode);
        Assert.Contains($"{key}: {files.At(path)} lies inside", output, StringComparison.Ordinal);
        Assert.Contains(files.At("db", "data"), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checking_makes_nothing()
    {
        await CheckAsync(Good());

        Assert.False(Directory.Exists(files.At("state")));
        Assert.False(Directory.Exists(files.At("repository")));
    }

    [Fact]
    public async Task A_state_directory_that_may_not_be_made_ends_the_start_with_a_sentence()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        var exitCode = await AgentProgram.RunAsync(
            files.Write("agent.yaml", Good().Replace(files.At("state"), "/sys/cairn-state")),
            checkOnly: false,
            insecure: true,
            Engines,
            output,
            errors,
            CancellationToken.None);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("cairn-agent: ", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("/sys/cairn-state", errors.ToString(), StringComparison.Ordinal);
    }

    private string Good() => $"""
        node: node1
        state: {files.At("state")}
        repository: {files.At("repository")}
        roots: [{files.At("db")}]
        instances:
          - name: plain1
            engine: plain
            config: {files.At("plain.conf")}

        """;

    private static AgentConfiguration Configuration() => new(Engines, insecure: true);

    private static EngineCatalog Engines(EngineLimits limits) => new([new PlainEngine()]);

    private async Task<(int ExitCode, string Output)> CheckAsync(string yaml)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await AgentProgram.RunAsync(
            files.Write("agent.yaml", yaml), checkOnly: true, insecure: true, Engines, output, errors, CancellationToken.None);
        Assert.Equal("", errors.ToString());
        return (exitCode, output.ToString());
    }
}
