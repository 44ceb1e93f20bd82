using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGemini;
using Cairn.Agent.Proofs;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.OpenGemini;

public sealed class RunProverTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly OpenGeminiEngine engine = new(new EngineLimits { Question = TimeSpan.FromSeconds(1) }, TimeProvider.System);
    private readonly string config;
    private readonly int port = RecordedServer.FreePort();

    public RunProverTests()
    {
        Fixtures.Unpack("single-golden", scratch.Path);
        config = Fixtures.Configuration("single", scratch.Path);
        var text = File.ReadAllText(config).Replace("127.0.0.11:8400", $"127.0.0.1:{port}", StringComparison.Ordinal);
        scratch.Write("single.conf", text);
    }

    private string Meta => scratch.At("single/meta");

    private string Data => scratch.At("single/data/data");

    public void Dispose()
    {
        engine.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public async Task Nothing_that_runs_is_stopped_and_every_sign_was_looked_at()
    {
        var proof = await ProveAsync();

        Assert.True(proof.State == RunState.Stopped, string.Join("; ", proof.Observations));
        Assert.Equal(["process", "open file", "lock", "port"], proof.Observations.Select(o => o.Sign).Distinct());
    }

    [Fact]
    public async Task A_process_started_with_the_configuration_file_runs()
    {
        using var process = await StartAsync("ts-store", $"-config {config}");

        var proof = await ProveAsync();

        var seen = Assert.Single(proof.Observations, o => o.Sign == "process" && o.State == RunState.Running);
        Assert.Equal((RunState.Running, process.Id), (proof.State, seen.ProcessId));
        Assert.Contains(config, seen.Finding, StringComparison.Ordinal);
        Assert.NotEmpty(seen.WayOut);
    }

    [Fact]
    public async Task The_configuration_file_is_recognised_through_a_symbolic_link_and_behind_an_equals_sign()
    {
        var link = scratch.At("link.conf");
        File.CreateSymbolicLink(link, config);
        using var process = await StartAsync("ts-meta", $"-config={link}");

        var proof = await ProveAsync();

        Assert.Equal(RunState.Running, proof.State);
    }

    [Fact]
    public async Task A_process_of_another_instance_is_not_taken_for_this_one()
    {
        var other = scratch.Write("other.conf", "[http]\nbind-address = \"127.0.0.1:1\"");
        using var process = await StartAsync("ts-sql", $"-config {other}");

        var proof = await ProveAsync();

        Assert.True(proof.State == RunState.Stopped, string.Join("; ", proof.Observations));
    }

    [Fact]
    public async Task A_process_of_any_name_that_has_a_file_of_the_data_open_owns_them()
    {
        var file = Directory.EnumerateFiles(Data, "*.tssp", SearchOption.AllDirectories).First();
        using var process = await StartAsync("harmless", "", $"exec 9<{file}; ");

        var proof = await ProveAsync();

        var seen = Assert.Single(proof.Observations, o => o.Sign == "open file" && o.State == RunState.Running);
        Assert.Contains(file, seen.Finding, StringComparison.Ordinal);
        Assert.Equal(process.Id, seen.ProcessId);
    }

    [Fact]
    public async Task A_lock_on_raft_db_runs_whoever_holds_it()
    {
        using var process = await StartAsync("harmless", "", $"exec 9<{Meta}/raft.db; flock -x 9; ");

        var proof = await ProveAsync();

        Assert.Contains(proof.Observations, o => o.Sign == "lock" && o.State == RunState.Running);
    }

    [Fact]
    public async Task A_port_that_something_listens_on_is_told_with_the_process()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();

        var proof = await ProveAsync();

        var seen = Assert.Single(proof.Observations, o => o.Sign == "port" && o.State == RunState.Running);
        Assert.Contains($"127.0.0.1:{port} ([data] store-ingest-addr)", seen.Finding, StringComparison.Ordinal);
        Assert.Equal(RunState.Running, proof.State);
    }

    [Fact]
    public async Task Data_that_were_lost_are_nobodys()
    {
        Directory.Delete(scratch.At("single"), recursive: true);

        var proof = await ProveAsync();

        Assert.True(proof.State == RunState.Stopped, string.Join("; ", proof.Observations));
    }

    [Fact]
    public async Task An_openGemini_process_that_may_not_be_looked_into_is_a_cannot_tell_that_names_the_right()
    {
        using var process = await StartAsync("ts-store", "-config /nowhere/og.conf");

        var proof = await ProveBlindAsync(process.Id);

        var seen = Assert.Single(proof.Observations, o => o.State == RunState.CannotTell);
        Assert.Equal((RunState.CannotTell, process.Id), (proof.State, seen.ProcessId));
        Assert.Contains("(ts-store) of user", seen.Finding, StringComparison.Ordinal);
        Assert.Contains("or as root", seen.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_own_configuration_file_shows_that_it_is_another_instance()
    {
        var other = scratch.Write("other.conf", "[http]\nbind-address = \"127.0.0.1:1\"");
        using var process = await StartAsync("ts-sql", $"-config {other}");

        var proof = await ProveBlindAsync(process.Id);

        Assert.True(proof.State == RunState.Stopped, string.Join("; ", proof.Observations));
    }

    [Fact]
    public async Task Another_configuration_file_over_the_same_directories_runs()
    {
        var copy = scratch.Write("copy.conf", File.ReadAllText(config));
        using var process = await StartAsync("ts-server", $"-config {copy}");

        var proof = await ProveBlindAsync(process.Id);

        Assert.Contains(proof.Observations, o => o.State == RunState.Running && o.Finding.Contains(copy, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Processes_of_other_users_that_clearly_are_not_openGemini_do_not_make_it_a_cannot_tell()
    {
        using var process = await StartAsync("harmless", "");

        var proof = await ProveBlindAsync(process.Id);

        Assert.Equal(RunState.Stopped, proof.State);

        // How many there are besides is the machine's business.
        Assert.Contains(proof.Observations, o => o.Finding.Contains("user", StringComparison.Ordinal) && o.Finding.Contains(" judged by name", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whether_it_runs_is_answered_by_its_process_without_looking_at_what_the_machine_has_open()
    {
        using var process = await StartAsync("ts-store", $"-config {config}");

        var look = await NewProver(new UnaskedTable()).LookAsync(CancellationToken.None);

        Assert.Equal(RunState.Running, look.State);
        Assert.Contains(config, Assert.Single(look.Observations).Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_such_a_process_a_look_is_the_whole_proof()
    {
        using var process = await StartAsync("harmless", "");

        var look = await NewProver(new BlindTable(process.Id)).LookAsync(CancellationToken.None);

        Assert.Equal(RunState.Stopped, look.State);
        Assert.Equal(["process", "open file", "lock", "port"], look.Observations.Select(o => o.Sign).Distinct());
    }

    // As the kernel shows a process of another user to somebody who is not root.
    private Task<RunProof> ProveBlindAsync(int processId) => NewProver(new BlindTable(processId)).ProveAsync(CancellationToken.None);

    private RunProver NewProver(ProcessTable table) =>
        new(ConfigurationReader.Read(config).Configuration!, table, new EngineLimits(), TimeProvider.System);

    private Task<RunProof> ProveAsync() =>
        engine.Open(new() { Name = "og", Config = config }).ProveStoppedAsync(CancellationToken.None);

    // A shell under the server's name, waiting on a pipe until the test lets go of it.
    private static async Task<OwnProcess> StartAsync(string name, string arguments, string before = "")
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec -a {name} bash -c '{before}echo ready; read -r line' x {arguments}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        return new OwnProcess(process);
    }

    private sealed class BlindTable(int hidden) : ProcessTable("/proc")
    {
        public override IReadOnlyList<string>? OpenFiles(int id) => id == hidden ? null : base.OpenFiles(id);
    }

    private sealed class OwnProcess(Process process) : IDisposable
    {
        public int Id => process.Id;

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
