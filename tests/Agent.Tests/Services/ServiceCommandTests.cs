using Cairn.Agent.Services;
using Cairn.Shared.Errors;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Services;

public sealed class ServiceCommandTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_command_runs_without_a_shell_and_tells_how_it_ended_and_what_it_said()
    {
        var result = await RunAsync(["/bin/echo", "$HOME; rm -rf *", "two words"], Long);
        var failed = await RunAsync(["/bin/sh", "-c", "echo out; echo err >&2; exit 7"], Long);

        Assert.Equal((0, "$HOME; rm -rf * two words"), (result.ExitCode, result.Output));
        Assert.Equal(7, failed.ExitCode);
        Assert.Contains("out", failed.Output, StringComparison.Ordinal);
        Assert.Contains("err", failed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_gets_nothing_of_the_agents_environment_and_no_input()
    {
        Environment.SetEnvironmentVariable("CAIRN_TEST_SECRET", "planted");

        var result = await RunAsync(["/bin/sh", "-c", "env; cat"], Long);

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("planted", result.Output, StringComparison.Ordinal);
        Assert.Contains("CAIRN_INSTANCE=plain1", result.Output, StringComparison.Ordinal);
        Assert.Contains("CAIRN_JOB=job-1", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_killed_with_its_children()
    {
        var result = await RunAsync(["/bin/sh", "-c", "echo $$; sleep 4711 & echo $!; wait"], TimeSpan.FromSeconds(1));

        var processes = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Null(result.ExitCode);
        Assert.Equal(2, processes.Length);

        // Who is killed is gone a little later; left alone, the child would sleep for more than an hour.
        await Eventually.HoldsAsync("both are gone", () => !processes.Any(IsAlive), TimeSpan.FromSeconds(10), CancellationToken.None);
    }

    [Fact]
    public async Task What_a_command_leaves_running_with_its_streams_does_not_hold_the_agent()
    {
        var result = await RunAsync(["/bin/sh", "-c", "sleep 4712 & echo $!"], Long);

        var left = result.Output.Trim();
        Assert.Equal(0, result.ExitCode);
        Assert.True(IsAlive(left));
        System.Diagnostics.Process.GetProcessById(int.Parse(left, System.Globalization.CultureInfo.InvariantCulture)).Kill();
    }

    [Fact]
    public async Task Of_a_long_output_the_end_is_kept()
    {
        var result = await RunAsync(["/bin/sh", "-c", "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done"], Long);

        Assert.True(result.Output.Length <= 2048);
        Assert.EndsWith("line 4999", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_a_failure_that_names_it()
    {
        var failure = await Assert.ThrowsAsync<CairnException>(() => RunAsync(["/etc/hostname"], Long));

        Assert.Equal(ErrorCode.CommandFailed, failure.Code);
        Assert.Contains("'/etc/hostname' of instance plain1", failure.Message, StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunAsync(IReadOnlyList<string> words, TimeSpan limit) =>
        ServiceCommand.RunAsync(words, "plain1", "job-1", limit, TimeProvider.System, CancellationToken.None);

    // A killed child that nobody has waited for yet is a zombie: it runs no more.
    private static bool IsAlive(string process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
