using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Journal;
using Cairn.Agent.Tasks;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Restore;

/// <summary>Proves that no process owns an instance's data. What cannot be found out counts as a refusal.</summary>
internal sealed class StoppedProof(AgentSettings settings, Instances instances)
{
    /// <summary>Proves it of every instance that a restore replaces.</summary>
    /// <exception cref="CairnException">As <see cref="ProveAsync"/>.</exception>
    public async Task RequireAllAsync(IEnumerable<RestorePart> parts, CancellationToken cancellationToken)
    {
        foreach (var name in parts.Select(part => part.Instance).Distinct(StringComparer.Ordinal))
        {
            await ProveAsync(instances.Open(name), cancellationToken);
        }
    }

    /// <summary>Returns what was looked at.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.InstanceRunning"/>, <see cref="ErrorCode.PortTaken"/>, <see cref="ErrorCode.CannotTell"/>.
    /// </exception>
    public async Task<Finding> ProveAsync(IEngineInstance instance, CancellationToken cancellationToken)
    {
        var proof = await instance.ProveStoppedAsync(cancellationToken);
        if (proof.State == RunState.Stopped)
        {
            var signs = string.Join(", ", proof.Observations.Select(seen => seen.Sign).Distinct());
            return new Finding($"{instance.Name} is stopped, by {signs}", [.. proof.Observations.Select(seen => seen.Finding)]);
        }

        var worst = proof.Observations.Where(seen => seen.State == proof.State).ToList();
        var code = proof.State != RunState.Running
            ? ErrorCode.CannotTell
            : worst.Count > 0 && worst.TrueForAll(seen => seen.Sign == "port")
                ? ErrorCode.PortTaken
                : ErrorCode.InstanceRunning;
        var said = code switch
        {
            ErrorCode.InstanceRunning => "runs",
            ErrorCode.PortTaken => "is not seen to run, but one of its ports is taken",
            _ => "may run or not; it cannot be told",
        };
        var evidence = worst.Select(seen => seen.Finding).ToList();
        throw new CairnException(
            code,
            $"instance {instance.Name} {said}: {Finding.Summary(evidence)}",
            worst.Select(seen => seen.WayOut).FirstOrDefault(wayOut => wayOut.Length > 0) ?? "stop the instance",
            settings.Node,
            instance.Name)
        {
            Evidence = evidence.Count > 2 ? evidence : [],
        };
    }
}
