using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Restore;
using Cairn.Agent.Proofs;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

/// <summary>Promise 4 for the directories of tablespaces: no other server uses them, and what cannot be told is a refusal.</summary>
public sealed class TablespaceProofTests : IDisposable
{
    private static readonly Tablespace Space = new(16384, "/srv/space", "PG_15_202209061", Inside: false);

    private readonly TestDirectory files = new();

    private string Place => files.At("space");

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_directory_that_nobody_uses_is_free()
    {
        Fill();

        // How that is found out depends on what whoever runs the test may look into.
        Assert.StartsWith($"tablespace 16384 goes to '{Place}', where", RequireFree(ProcessTable.Machine), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_may_not_be_looked_into_is_a_refusal_that_names_it_and_the_missing_right()
    {
        Fill();
        using var server = new IdleProgram("postgres", files.Path);

        var refused = Assert.Throws<CairnException>(() => RequireFree(new BlindTable(server.Id)));

        Assert.Equal(ErrorCode.CannotTell, refused.Code);
        Assert.Contains($"process {server.Id} (postgres)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("as root", refused.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_program_that_may_not_be_looked_into_is_told_by_leases_on_the_files()
    {
        var file = Fill();
        using var program = new IdleProgram("idler", files.Path);
        var table = new BlindTable(program.Id);

        Assert.Contains("leases on all 1 files", RequireFree(table), StringComparison.Ordinal);
        CairnException refused;
        using (File.OpenRead(file))
        {
            refused = Assert.Throws<CairnException>(() => RequireFree(table));
        }

        Assert.Equal(ErrorCode.InstanceRunning, refused.Code);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_whose_link_leads_there_is_a_refusal_though_it_has_no_file_open()
    {
        Fill();
        files.Write("other/PG_VERSION", "15\n");
        Directory.CreateDirectory(files.At("other", "pg_tblspc"));
        File.CreateSymbolicLink(files.At("other", "pg_tblspc", "16400"), Place);
        using var server = new IdleProgram("postgres", files.At("other"));

        var refused = Assert.Throws<CairnException>(() => RequireFree(ProcessTable.Machine));

        Assert.Equal(ErrorCode.InstanceRunning, refused.Code);
        Assert.Contains($"process {server.Id} (postgres)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void While_the_own_server_runs_nothing_is_decided_by_what_cannot_be_seen()
    {
        var file = Fill();
        files.Write("data/PG_VERSION", "15\n");
        using var own = new IdleProgram("postgres", files.At("data"));
        using var other = new IdleProgram("idler", files.Path);
        using var open = File.OpenRead(file);

        Assert.Contains("once it is stopped", RequireFree(new BlindTable(other.Id)), StringComparison.Ordinal);
    }

    private string Fill() => files.Write("space/PG_15_202209061/5/16400", "x");

    private string RequireFree(ProcessTable table) =>
        new TablespaceProof(new ServerConfiguration(files.At("data"), null, null, "postgres", "postgres", null, null, "here:data"), table)
            .RequireFree(Space, Place, isCopy: false, CancellationToken.None);
}
