using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Agent.Proofs;
using Cairn.Agent.Tests.Plain;
using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

/// <summary>Whether a server runs, for those who ask often; the proof that it does not is another matter.</summary>
public sealed class RunLookTests : IDisposable
{
    private readonly TestDirectory files = new();

    public RunLookTests() => files.Write("main/PG_VERSION", "15\n");

    private string Data => files.At("main");

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task A_server_is_told_by_its_lock_file_without_looking_at_what_the_machine_has_open()
    {
        using var server = new IdleProgram("postgres", Data);
        WriteLock(server.Id);

        var look = await LookAsync(new UnaskedTable());

        var seen = Assert.Single(look.Observations);
        Assert.Equal((RunState.Running, "lock", server.Id), (look.State, seen.Sign, seen.ProcessId));
    }

    [Fact]
    public async Task A_lock_file_that_a_crash_left_is_not_believed()
    {
        using var other = new IdleProgram("postgres", files.Path);
        WriteLock(other.Id);

        var look = await LookAsync(ProcessTable.Machine);

        Assert.Contains(look.Observations, seen => seen is { Sign: "process", State: RunState.Stopped });
    }

    private void WriteLock(int process) => files.Write("main/postmaster.pid", $"{process}\n{Data}\n1700000000\n6543\n/run/pg\n\n");

    private Task<RunProof> LookAsync(ProcessTable table) =>
        new RunProver(new ServerConfiguration(Data, null, null, "cairn", "postgres", null, null, "here"), table, new EngineLimits(), TimeProvider.System).LookAsync(CancellationToken.None);
}
