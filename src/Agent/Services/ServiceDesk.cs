using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Restore;
using Cairn.Agent.Tasks;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Services;

/// <summary>
/// Stops and starts the instances of this node with the commands that the agent's own configuration names; nothing of them comes over
/// the wire. Stopped means proved, as for a restore. Both may be repeated: what is stopped is not stopped again, what runs is not
/// started again.
/// </summary>
internal sealed class ServiceDesk(
    AgentSettings settings, Instances instances, StoppedProof stopped, TimeProvider time, ILogger<ServiceDesk> logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>What a stop would do, as a finding of a plan.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/>: an instance that runs has no command for it.</exception>
    public async Task<Finding> PlanStopAsync(InstanceOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await stopped.ProveAsync(instances.Open(options), cancellationToken);
        }
        catch (CairnException running) when (running.Code == ErrorCode.InstanceRunning)
        {
            return new Finding($"{options.Name} runs and will be stopped first by '{Text(RequireStop(options))}'", running.Evidence);
        }
    }

    /// <summary>What a start will do, as a finding of a plan.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/>: there is no command for it.</exception>
    public string PlanStart(InstanceOptions options) =>
        $"{options.Name} will be started by '{Text(RequireStart(options))}'";

    /// <summary>Stops every instance of <paramref name="engine"/> (all when it is empty) that runs, and proves it.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.Unsupported"/>, <see cref="ErrorCode.CommandFailed"/>, and what the proof refuses with when the limit has passed.
    /// </exception>
    public async Task StopAllAsync(string jobId, string engine, CancellationToken cancellationToken)
    {
        foreach (var options in instances.Of(engine))
        {
            if (await IsProvedStoppedAsync(options, cancellationToken))
            {
                continue;
            }

            await RunAsync(options, RequireStop(options), jobId, cancellationToken);
            await UntilAsync(options, () => stopped.ProveAsync(instances.Open(options), cancellationToken), cancellationToken);
        }
    }

    /// <summary>Starts every instance of <paramref name="engine"/> (all when it is empty) that does not run, and waits until it serves.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/>, <see cref="ErrorCode.CommandFailed"/>, <see cref="ErrorCode.InstanceNotRunning"/>.</exception>
    public async Task StartAllAsync(string jobId, string engine, CancellationToken cancellationToken)
    {
        foreach (var options in instances.Of(engine))
        {
            if (!await RunsAsync(options, cancellationToken))
            {
                await RunAsync(options, RequireStart(options), jobId, cancellationToken);
            }

            await UntilAsync(options, () => RequireServingAsync(options, jobId, cancellationToken), cancellationToken);
        }
    }

    private async Task<bool> IsProvedStoppedAsync(InstanceOptions options, CancellationToken cancellationToken) =>
        (await instances.Open(options).ProveStoppedAsync(cancellationToken)).State == RunState.Stopped;

    private async Task<bool> RunsAsync(InstanceOptions options, CancellationToken cancellationToken) =>
        (await instances.Open(options).DescribeAsync(askDatabase: false, cancellationToken)).RunState == RunState.Running;

    private async Task<Finding> RequireServingAsync(InstanceOptions options, string jobId, CancellationToken cancellationToken)
    {
        if (!await RunsAsync(options, cancellationToken))
        {
            throw new CairnException(
                ErrorCode.InstanceNotRunning,
                $"instance {options.Name} was started and does not run",
                "look into the database's log",
                settings.Node,
                options.Name);
        }

        if (options.Commands.Check.Count > 0)
        {
            await RunAsync(options, options.Commands.Check, jobId, cancellationToken);
        }

        return new Finding($"{options.Name}: {await instances.Open(options).RequireServingAsync(cancellationToken)}", []);
    }

    // Databases take a while to end and to serve; what they lack at the limit is the failure.
    private async Task UntilAsync(InstanceOptions options, Func<Task<Finding>> proof, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + LimitOf(options);
        while (true)
        {
            try
            {
                await proof();
                return;
            }
            catch (CairnException) when (time.GetUtcNow() < until)
            {
                await Task.Delay(Look, time, cancellationToken);
            }
        }
    }

    private async Task RunAsync(
        InstanceOptions options, List<string> words, string jobId, CancellationToken cancellationToken)
    {
        var result = await ServiceCommand.RunAsync(words, options.Name, jobId, LimitOf(options), time, cancellationToken);
        ServiceLog.Ran(logger, jobId, options.Name, words[0], result.ExitCode, result.Output);
        result.RequireSuccess(
            words, options.Name, LimitOf(options), "mend what it says, or do it by hand and run the job without --stop and --start");
    }

    private List<string> RequireStop(InstanceOptions options) =>
        options.Commands.Stop.Count > 0 ? options.Commands.Stop : throw Missing(options, "stop");

    private List<string> RequireStart(InstanceOptions options) =>
        options.Commands.Start.Count > 0 ? options.Commands.Start : throw Missing(options, "start");

    private CairnException Missing(InstanceOptions options, string key) => new(
        ErrorCode.Unsupported,
        $"the agent has no command to {key} instance {options.Name}",
        $"{key} it by hand, or give it commands.{key} in the agent's configuration",
        settings.Node,
        options.Name);

    private static TimeSpan LimitOf(InstanceOptions options) => TimeSpan.FromSeconds(options.Commands.LimitSeconds);

    private static string Text(IEnumerable<string> words) => string.Join(' ', words);
}
