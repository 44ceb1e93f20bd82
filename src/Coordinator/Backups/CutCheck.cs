using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Backups;

/// <summary>Has the engine, on one of its agents, say whether what the nodes captured fits together.</summary>
internal sealed class CutCheck(AgentCalls calls, CoordinatorLimits limits, TimeProvider time)
{
    /// <summary>
    /// Hands all evidence to the agent that captured the metadata (any agent gives the same verdict) and returns the cut
    /// with the caveats of all steps and of the check.
    /// </summary>
    public async Task<Cut> CheckAsync(
        RunningJob job,
        BackupPlan plan,
        ClusterTopology topology,
        IReadOnlyList<StepResult> results,
        CancellationToken cancellationToken)
    {
        job.Enter("check cut");
        var request = new CheckCutRequest
        {
            Header = new CommandHeader
            {
                TaskId = TaskId.New(time).ToString(),
                JobId = job.Id.ToString(),
                Cluster = job.Cluster,
                Epoch = job.Epoch,
                Deadline = Timestamp.FromDateTimeOffset(time.GetUtcNow() + limits.Precheck),
            },
            Engine = topology.Cluster.Engine,
            Evidence = { results.Where(result => result.Result.Evidence.Length > 0).Select(ToEvidence) },
        };
        var verdict = await calls.AskAsync(
            plan.MetadataNode ?? plan.Nodes[0],
            (agent, options) => agent.CheckCutAsync(request, options),
            limits.Precheck,
            cancellationToken);
        return new Cut(
            results,
            verdict.Consistent,
            [.. verdict.Findings],
            verdict.Consistency,
            [.. results
                .SelectMany(result => result.Result.Caveats)
                .Concat(verdict.Caveats)
                .DistinctBy(caveat => caveat.Name)
                .OrderBy(caveat => caveat.Name, StringComparer.Ordinal)]);
    }

    private static NodeEvidence ToEvidence(StepResult result) => new()
    {
        Node = result.Node,
        Instance = result.Instance,
        Step = result.Step,
        Evidence = result.Result.Evidence,
    };
}
