using Cairn.Cli.Tests.Scripted;
using Cairn.V1;

namespace Cairn.Cli.Tests.Audit;

public sealed class AuditCommandTests : IAsyncLifetime
{
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    public async Task InitializeAsync() => server = await CoordinatorServer.StartAsync(script);

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Records_are_lines_with_who_from_where_what_and_outcome()
    {
        script.Audit.Add(new AuditEntry
        {
            Sequence = 7,
            At = Samples.Noon(),
            Kind = "answered",
            Who = "user bob",
            Address = "10.0.0.9",
            Call = "/cairn.v1.Coordinator/RunBackup",
            Subject = "cluster=demo",
            Outcome = "ok",
            Answers = 6,
        });

        var run = await RunAsync("audit", "list", "--who", "user bob", "--refusals", "--limit", "5");

        Assert.Equal(
            "7  2026-11-01T12:00:00Z  answered  user bob  from 10.0.0.9  RunBackup  cluster=demo  → ok (of 6)\n", run.Output);
        var asked = script.Asked<ListAuditRequest>();
        Assert.Equal(("user bob", true, 5), (asked.Who, asked.RefusalsOnly, asked.Limit));
    }

    [Fact]
    public async Task A_sound_log_ends_with_0_and_a_damaged_one_with_1_and_its_code()
    {
        script.Verdict = new AuditVerdict { Sound = true, FirstSequence = 1, LastSequence = 9, Files = 1 };
        var sound = await RunAsync("audit", "verify");
        script.Verdict = new AuditVerdict { Damage = { "audit-000000000001.log at byte 0: the line …" } };

        var damaged = await RunAsync("audit", "verify");

        Assert.Equal((0, 1), (sound.ExitCode, damaged.ExitCode));
        Assert.Contains("The audit log is what was written.", sound.Output, StringComparison.Ordinal);
        Assert.Contains("code: AUDIT_DAMAGED", damaged.Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync(server.Url, words);
}
