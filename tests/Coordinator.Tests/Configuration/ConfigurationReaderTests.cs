using Cairn.Coordinator.Configuration;

namespace Cairn.Coordinator.Tests.Configuration;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cairn-coordinator-config-");

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var (settings, problems) = Read(
            """
            listen: 10.0.0.1:7460
            log-file: relative.log
            clusters:
              - name: "-x"
                nodes: [n1, n1]
              - name: ok
                engine: e
                nodes: []
            limits:
              call-seconds: 0
              heartbeat-seconds: 99999
            """);

        Assert.Null(settings);
        Assert.Equal(
            ["listen:", "state:", "log-file:", "clusters[0]: name", "clusters[0]: engine", "clusters[0]: node 'n1'", "clusters[1]: at least", "limits:", "limits:"],
            problems.Zip(
                ["listen:", "state:", "log-file:", "clusters[0]: name", "clusters[0]: engine", "clusters[0]: node 'n1'", "clusters[1]: at least", "limits:", "limits:"],
                (problem, start) => problem.StartsWith(start, StringComparison.Ordinal) ? start : problem));
        Assert.Equal(9, problems.Count);
    }

    [Fact]
    public void A_small_file_is_enough_and_the_rest_has_defaults()
    {
        var (settings, problems) = Read($"state: {directory.FullName}/state");

        Assert.Empty(problems);
        Assert.Equal("127.0.0.1:7460", settings!.Listen.ToString());
        Assert.Equal(Path.Combine(directory.FullName, "state", "catalog.db"), settings.CatalogPath);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.Limits.Call);
        Assert.False(Directory.Exists(Path.Combine(directory.FullName, "state")));
    }

    [Fact]
    public void An_unknown_key_is_a_problem_with_its_line()
    {
        var (settings, problems) = Read($"state: {directory.FullName}\nlisten-on: 127.0.0.1:1");

        Assert.Null(settings);
        Assert.Contains(":2:", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_clusters_of_one_name_are_a_problem()
    {
        var (_, problems) = Read(
            $$"""
            state: {{directory.FullName}}
            clusters:
              - { name: a, engine: e, nodes: [n1] }
              - { name: a, engine: e, nodes: [n2] }
            """);

        Assert.Contains("another cluster is called 'a'", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_does_not_hide_the_other_problems()
    {
        var (settings, problems) = Read("sate: /x\nlimits: { call-seconds: 0, bulk: 3 }\nclusters:\n  -\n  - { nmae: a }\n");

        Assert.Null(settings);
        string[] expected =
            ["sate: there is no such key", "limits.bulk", "clusters[0]: the item is empty", "clusters[1].nmae", "state: ", "limits: ", "name is required"];
        Assert.All(expected, text => Assert.Contains(problems, problem => problem.Contains(text, StringComparison.Ordinal)));
    }

    public void Dispose() => directory.Delete(recursive: true);

    private (CoordinatorSettings? Settings, List<string> Problems) Read(string yaml)
    {
        var path = Path.Combine(directory.FullName, "coordinator.yaml");
        using (var file = File.CreateText(path))
        {
            file.Write(yaml);
        }

        var problems = new List<string>();
        return (ConfigurationReader.Read(path, insecure: true, problems), problems);
    }
}
