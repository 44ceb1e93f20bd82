using Cairn.Agent.Engines.OpenGauss.Discovery;
using Cairn.Agent.Proofs;
using Cairn.Agent.Tests.Plain;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

/// <summary>Servers are found by looking; no configuration names them.</summary>
public sealed class ServerDiscoveryTests : IDisposable
{
    private readonly TestDirectory files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_server_that_runs_is_found_by_its_process_with_its_port_and_its_tablespaces()
    {
        Place("apart/main", "15");
        Directory.CreateDirectory(files.At("space"));
        File.CreateSymbolicLink(files.At("apart", "main", "pg_tblspc", "16384"), files.At("space"));
        using var server = new IdleProgram("postgres", files.At("apart", "main"));
        files.Write("apart/main/postmaster.pid", $"{server.Id}\n{files.At("apart", "main")}\n1700000000\n6543\n/run/pg\n\n");

        var found = Assert.Single(Find().Found, one => one.Options[0].Value == files.At("apart", "main"));

        Assert.Equal("main", found.Name);
        Assert.Equal($"PostgreSQL 15, starts as primary; runs as process {server.Id} (postgres); port 6543, socket /run/pg", found.Description);
        Assert.Equal([files.At("apart"), files.At("space")], found.Roots);
        Assert.Contains(found.Options, option => option.Key == "binaries");
    }

    [Fact]
    public void Servers_that_are_stopped_are_found_where_packages_put_them_and_where_their_configuration_says()
    {
        Place("lib/15/main", "15");
        files.Write("lib/15/main/postgresql.conf", "port = 5444\n");
        Place("elsewhere/main", "14");
        files.Write("elsewhere/main/standby.signal", "");
        files.Write("etc/14/main/postgresql.conf", $"data_directory = '{files.At("elsewhere", "main")}'\n");
        files.Write("lib/15/empty/readme", "no server");

        var found = Find().Found.Where(one => one.Options[0].Value.StartsWith(files.Path, StringComparison.Ordinal)).ToList();

        Assert.Equal(
            [
                "PostgreSQL 14, starts as standby; is not seen to run; its port is not in its data directory",
                "PostgreSQL 15, starts as primary; is not seen to run; port 5444",
            ],
            found.Select(one => one.Description));
        Assert.Equal(2, found.Select(one => one.Name).Distinct().Count());
    }

    [Fact]
    public void A_server_of_another_user_is_told_of_though_it_cannot_be_looked_into()
    {
        using var server = new IdleProgram("postgres", files.Path);

        var hidden = Find(new BlindTable(server.Id)).Hidden;

        Assert.Contains(hidden, sentence => sentence.StartsWith($"process {server.Id} (postgres)", StringComparison.Ordinal));
    }

    private (IReadOnlyList<Cairn.Agent.Engines.DiscoveredInstance> Found, IReadOnlyList<string> Hidden) Find(ProcessTable? table = null) =>
        new ServerDiscovery(table ?? ProcessTable.Machine, [files.At("etc", "*", "*", "postgresql.conf")], [files.At("lib", "*", "*")]).Find();

    private void Place(string directory, string version)
    {
        files.Write($"{directory}/PG_VERSION", version + "\n");
        Directory.CreateDirectory(files.At(directory, "pg_wal"));
        Directory.CreateDirectory(files.At(directory, "pg_tblspc"));
    }
}
