using Cairn.Agent.Engines.OpenGemini;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Engines.OpenGemini;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("cluster-1", "cluster/node1", "127.0.0.1")]
    [InlineData("replica-3", "replica/node3", "127.0.0.3")]
    [InlineData("single", "single", "127.0.0.11")]
    public void Roles_directories_and_addresses_come_from_the_file(string name, string node, string host)
    {
        var path = Fixtures.Configuration(name, scratch.Path);

        var (configuration, problems) = ConfigurationReader.Read(path);

        Assert.Empty(problems);
        Assert.NotNull(configuration);
        Assert.Equal(["meta", "store", "sql"], configuration.Roles);
        Assert.Equal(
            [("wal", scratch.At(node + "/wal/wal")), ("data", scratch.At(node + "/data/data")), ("meta", scratch.At(node + "/meta"))],
            configuration.Roots);
        Assert.Equal([("meta", $"{host}:8091"), ("store", $"{host}:8400"), ("sql", $"{host}:8086")], configuration.NamedAddresses);
        Assert.Equal(
            [$"{host}:8088", $"{host}:8091", $"{host}:8092", $"{host}:8400", $"{host}:8401", $"{host}:8086"],
            configuration.ListenAddresses.Select(a => a.Address));
    }

    [Fact]
    public void Data_and_wal_in_one_directory_are_two_roots()
    {
        var path = Write("""
            [data]
            store-ingest-addr = "127.0.0.1:8400"
            store-select-addr = "127.0.0.1:8401"
            store-data-dir = "/srv/store/"
            store-wal-dir = "/srv/store"
            """);

        var (configuration, _) = ConfigurationReader.Read(path);

        Assert.Equal([("wal", "/srv/store/wal"), ("data", "/srv/store/data")], configuration!.Roots);
        Assert.Equal(["store"], configuration.Roles);
    }

    [Fact]
    public void A_meta_section_that_meta_join_does_not_name_is_no_role()
    {
        var path = Write("""
            [common]
            meta-join = ["127.0.0.9:8092"]
            [meta]
            dir = "/srv/meta"
            bind-address = "127.0.0.1:8088"
            http-bind-address = "127.0.0.1:8091"
            rpc-bind-address = "127.0.0.1:8092"
            [http]
            bind-address = "127.0.0.1:8086, 127.0.0.1:8186"
            """);

        var (configuration, _) = ConfigurationReader.Read(path);

        Assert.Equal(["sql"], configuration!.Roles);
        Assert.Equal(["127.0.0.1:8086", "127.0.0.1:8186"], configuration.HttpAddresses);
        Assert.Empty(configuration.Roots);
    }

    [Fact]
    public void Shared_storage_is_refused_with_the_reason()
    {
        var path = Fixtures.Configuration("cluster-1", scratch.Path);
        Replace(path, "write-available-first", "shared-storage");

        var (configuration, problems) = ConfigurationReader.Read(path);

        Assert.Null(configuration);
        Assert.Contains("stores share their files", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var path = Write("""
            [common]
            ha-policy = "other"
            [data]
            store-ingest-addr = "nonsense"
            store-data-dir = "relative/dir"
            [http]
            bind-address = ":99999"
            """);

        var (_, problems) = ConfigurationReader.Read(path);

        Assert.Equal(6, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith(path, problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Roots_inside_one_another_are_refused()
    {
        var path = Fixtures.Configuration("cluster-1", scratch.Path);
        Replace(path, "node1/meta\"\n[http]", "node1/data/data/meta\"\n[http]");

        var (_, problems) = ConfigurationReader.Read(path);

        Assert.Contains("lies inside the data directory", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_a_problem_and_no_exception()
    {
        var (configuration, problems) = ConfigurationReader.Read(scratch.At("none.conf"));

        Assert.Null(configuration);
        Assert.Contains("cannot be read", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[http]\n  bind-address = \"127.0.0.1:8086\"", "[http]\n  auth-enabled = true\n  bind-address = \"127.0.0.1:8086\"")]
    [InlineData("[meta]\n", "[meta]\n  https-enabled = true\n")]
    public void Authentication_and_tls_are_noticed(string from, string to)
    {
        var path = Fixtures.Configuration("cluster-1", scratch.Path);
        Replace(path, from, to);

        var (configuration, _) = ConfigurationReader.Read(path);

        Assert.True(configuration!.Protected);
    }

    [Theory]
    [InlineData("127.0.0.1:8086", "127.0.0.1", 8086)]
    [InlineData(":8086", "", 8086)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("host-a.example:1", "host-a.example", 1)]
    public void Addresses_are_split(string text, string host, int port)
    {
        Assert.True(HostAndPort.TryParse(text, out var foundHost, out var foundPort));

        Assert.Equal((host, port), (foundHost, foundPort));
    }

    private string Write(string text) => scratch.Write("og.conf", text);

    private static void Replace(string path, string from, string to)
    {
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        using var writer = new StreamWriter(path);
        writer.Write(text.Replace(from, to, StringComparison.Ordinal));
    }
}
