using Cairn.Cli.Jobs;
using Cairn.Cli.Tests.Scripted;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Tests.Jobs;

public sealed class JobOutcomeTests
{
    [Theory]
    [InlineData(JobState.Succeeded, "", ExitClass.Done)]
    [InlineData(JobState.Partial, "", ExitClass.Partial)]
    [InlineData(JobState.Failed, "", ExitClass.Failed)]
    [InlineData(JobState.Failed, "NO_LEADER", ExitClass.Refused)]
    [InlineData(JobState.Failed, "AGENT_UNREACHABLE", ExitClass.Unreachable)]
    [InlineData(JobState.Failed, "CAPTURE_LOST", ExitClass.Failed)]
    [InlineData(JobState.Unspecified, "", ExitClass.Failed)]
    public void A_job_ends_the_command_as_its_state_and_error_say(JobState state, string code, ExitClass expected)
    {
        var job = Samples.Job(state);
        job.Error = code.Length == 0 ? null : new ErrorDetail { Code = code };

        Assert.Equal(expected, JobOutcome.Exit(job));
    }

    [Fact]
    public void An_error_that_the_job_and_its_node_both_carry_is_told_once()
    {
        var job = Samples.Job(JobState.Failed);
        job.Error = Samples.Running();
        var own = Samples.Running();
        own.Node = "";
        job.Nodes.Add(new JobNode { Node = "n2", Error = own });
        job.Nodes.Add(new JobNode { Node = "n3", Error = own });

        Assert.Equal(["n2", "n3"], JobOutcome.Errors(job).Select(error => error.Node));
    }
}
