using Cairn.Agent.Configuration;
using Cairn.Agent.Tests.Plain;
using Cairn.V1;

namespace Cairn.Agent.Tests.Services;

public sealed class ServiceDeskTests
{
    [Fact]
    public async Task A_job_stops_and_starts_the_instance_with_the_commands_of_the_agents_own_file()
    {
        await using var agent = await TestAgent.StartAsync(Able);
        var job = TestAgent.NewJob();

        await agent.DoneAsync(agent.Client.StopInstancesAsync(new StopInstancesRequest { Header = agent.Header(job) }));
        var stopped = !File.Exists(agent.RunningMark);
        await agent.DoneAsync(agent.Client.StopInstancesAsync(new StopInstancesRequest { Header = agent.Header(job) }));
        await agent.DoneAsync(agent.Client.StartInstancesAsync(new StartInstancesRequest { Header = agent.Header(job) }));
        await agent.DoneAsync(agent.Client.StartInstancesAsync(new StartInstancesRequest { Header = agent.Header(job) }));

        Assert.True(stopped);
        Assert.True(File.Exists(agent.RunningMark));
        Assert.Equal("stopped\nstarted\n", await File.ReadAllTextAsync(agent.Files.At("said")));
    }

    [Fact]
    public async Task Without_a_command_a_running_instance_is_not_stopped_and_the_way_out_says_so()
    {
        await using var agent = await TestAgent.StartAsync();

        var failure = await FailureOfAsync(agent, agent.Client.StopInstancesAsync(
            new StopInstancesRequest { Header = agent.Header(TestAgent.NewJob()) }));

        Assert.Equal("UNSUPPORTED", failure.Code);
        Assert.Contains("commands.stop", failure.WayOut, StringComparison.Ordinal);
        Assert.True(File.Exists(agent.RunningMark));
    }

    [Fact]
    public async Task A_stop_that_does_not_stop_it_is_refused_by_the_proof_when_the_limit_has_passed()
    {
        await using var agent = await TestAgent.StartAsync(agent => agent.Commands = new ServiceOptions
        {
            Stop = ["/bin/true"], LimitSeconds = 1,
        });

        var failure = await FailureOfAsync(agent, agent.Client.StopInstancesAsync(
            new StopInstancesRequest { Header = agent.Header(TestAgent.NewJob()) }));

        Assert.Equal("INSTANCE_RUNNING", failure.Code);
    }

    [Fact]
    public async Task A_command_that_fails_says_what_it_said()
    {
        await using var agent = await TestAgent.StartAsync(agent => agent.Commands = new ServiceOptions
        {
            Stop = ["/bin/sh", "-c", "echo the unit is masked >&2; exit 3"],
        });

        var failure = await FailureOfAsync(agent, agent.Client.StopInstancesAsync(
            new StopInstancesRequest { Header = agent.Header(TestAgent.NewJob()) }));

        Assert.Equal("COMMAND_FAILED", failure.Code);
        Assert.Contains("ended with 3: the unit is masked", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_is_no_obstacle_to_a_plan_that_will_stop_it_and_can()
    {
        await using var agent = await TestAgent.StartAsync(Able);
        var point = await agent.BackUpAsync();

        var refused = await agent.Client.PrecheckAsync(Precheck(agent, point.ToString(), with: false));
        var planned = await agent.Client.PrecheckAsync(Precheck(agent, point.ToString(), with: true));

        Assert.False(refused.Checks.Single(check => check.Name == "stopped").Passed);
        Assert.Contains("will be stopped first by '/bin/sh", planned.Checks.Single(check => check.Name == "stopped").Finding, StringComparison.Ordinal);
        Assert.Contains("will be started by", planned.Checks.Single(check => check.Name == "start").Finding, StringComparison.Ordinal);
        Assert.All(planned.Checks, check => Assert.True(check.Passed, $"{check.Name}: {check.Finding}"));
    }

    [Fact]
    public void A_command_that_is_no_absolute_path_is_a_problem_of_the_configuration()
    {
        var options = new ServiceOptions { Stop = ["systemctl", "stop", "x"], Start = ["/no/such/program"], LimitSeconds = 0 };

        Assert.Equal(3, options.Problems().Count());
    }

    private static async Task<ErrorDetail> FailureOfAsync(TestAgent agent, Grpc.Core.AsyncUnaryCall<Cairn.V1.TaskStatus> call)
    {
        var ended = await agent.EndOfAsync(await call);
        Assert.Equal(TaskState.Failed, ended.State);
        return ended.Error;
    }

    private static void Able(TestAgent agent) => agent.Commands = new ServiceOptions
    {
        Stop = ["/bin/sh", "-c", $"rm {agent.RunningMark}; echo stopped >> {agent.Files.At("said")}"],
        Start = ["/bin/sh", "-c", $"echo process > {agent.RunningMark}; echo started >> {agent.Files.At("said")}"],
        Check = ["/bin/test", "-e", agent.RunningMark],
        LimitSeconds = 20,
    };

    private static PrecheckRequest Precheck(TestAgent agent, string point, bool with) => new()
    {
        Header = agent.Header(TestAgent.NewJob()),
        Restore = new RestorePrecheck
        {
            PointId = point, SourceNode = TestAgent.Node, MetadataHere = true, WillStop = with, WillStart = with,
        },
    };
}
