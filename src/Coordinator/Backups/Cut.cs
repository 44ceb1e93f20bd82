using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>What all nodes captured, and the engine's word on whether it fits together.</summary>
/// <param name="Results">The last result of each node and step, in the order of the flow.</param>
internal sealed record Cut(
    IReadOnlyList<StepResult> Results,
    bool Consistent,
    IReadOnlyList<string> Findings,
    string Consistency,
    IReadOnlyList<Caveat> Caveats)
{
    /// <summary>When each node's capture began and ended, by its own clock.</summary>
    public IReadOnlyList<NodeCapture> Times() =>
    [
        .. Results
            .Where(result => result.Result is { Started: not null, Ended: not null })
            .GroupBy(result => result.Node, StringComparer.Ordinal)
            .Select(node => new NodeCapture
            {
                Node = node.Key,
                Started = node.Select(result => result.Result.Started).Min(),
                Ended = node.Select(result => result.Result.Ended).Max(),
            }),
    ];
}

/// <summary>What one step captured on one node.</summary>
internal sealed record StepResult(string Node, string Instance, string Step, CaptureResult Result);
