using Cairn.Agent.Configuration;
using Cairn.Agent.Describe;
using Cairn.Agent.Tasks;
using Cairn.Shared;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Cairn.Agent.Registration;

/// <summary>
/// Registers at the coordinator and then says again and again that this agent lives. A coordinator that is not there is no
/// error: it is tried for ever, with pauses that grow up to a bound.
/// </summary>
internal sealed class RegistrationLoop : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromMilliseconds(100);

    private readonly AgentSettings settings;
    private readonly CoordinatorClient coordinator;
    private readonly NodeDescriber describer;
    private readonly TaskDesk tasks;
    private readonly BoundAddress address;
    private readonly TimeProvider time;
    private readonly ILogger<RegistrationLoop> logger;
    private readonly ResiliencePipeline untilReached;

    public RegistrationLoop(
        AgentSettings settings,
        CoordinatorClient coordinator,
        NodeDescriber describer,
        TaskDesk tasks,
        BoundAddress address,
        TimeProvider time,
        Random jitter,
        ILogger<RegistrationLoop> logger)
    {
        this.settings = settings;
        this.coordinator = coordinator;
        this.describer = describer;
        this.tasks = tasks;
        this.address = address;
        this.time = time;
        this.logger = logger;

        // Registering twice is registering once, so trying again is always safe.
        untilReached = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<CairnException>(),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstPause,
                MaxDelay = settings.ReconnectMax,
                UseJitter = true,
                Randomizer = jitter.NextDouble,
                OnRetry = retry =>
                {
                    var failure = (CairnException)retry.Outcome.Exception!;
                    RegistrationLog.NotReached(
                        logger, settings.Coordinator, failure.Code.WireName(), failure.Message, retry.RetryDelay);
                    return default;
                },
            })
            .Build();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var interval = await RegisterAsync(stoppingToken);
                await BeatAsync(interval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                RegistrationLog.Failed(logger, failure);
                await Task.Delay(settings.ReconnectMax, time, CancellationToken.None).WaitAsync(stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<TimeSpan> RegisterAsync(CancellationToken stoppingToken)
    {
        var reachable = await address.GetAsync(stoppingToken);
        var answer = await untilReached.ExecuteAsync(
            async token => await coordinator.RegisterAsync(
                new RegisterAgentRequest
                {
                    Node = settings.Node,
                    Address = reachable,
                    AgentVersion = NodeDescriber.Version,
                    ProtocolVersion = ProtocolVersion.Current,
                    Description = await describer.DescribeAsync(askDatabases: false, token),
                },
                token),
            stoppingToken);
        RegistrationLog.Registered(logger, settings.Coordinator, reachable);
        var interval = TimeSpan.FromMilliseconds(answer.HeartbeatIntervalMs);
        return interval > ShortestHeartbeat ? interval : ShortestHeartbeat;
    }

    // Ends when the coordinator does not know this agent any more.
    private async Task BeatAsync(TimeSpan interval, CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(interval, time, stoppingToken);
            var answer = await untilReached.ExecuteAsync(
                async token => await coordinator.HeartbeatAsync(
                    new HeartbeatRequest
                    {
                        Node = settings.Node,
                        AgentTime = time.GetUtcNow().ToTimestamp(),
                        RunningTasks = tasks.RunningCount,
                    },
                    token),
                stoppingToken);
            if (!answer.Known)
            {
                return;
            }
        }
    }
}
