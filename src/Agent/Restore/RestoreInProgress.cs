using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Restore;

/// <summary>Refuses to begin anything on a cluster whose directories a restore has not finished with on this node.</summary>
internal sealed class RestoreInProgress(AgentSettings settings, AgentJournal journal)
{
    /// <summary>Returns the finding when no restore of the cluster, other than <paramref name="jobId"/>'s, is half-way here.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ClusterLocked"/>.</exception>
    public string RequireNone(string cluster, string jobId)
    {
        var pending = journal.Restores.All().FirstOrDefault(restore => restore.Cluster == cluster
            && restore.JobId != jobId
            && restore.State is RestoreState.Decided or RestoreState.Undoing);
        return pending is null
            ? "no restore is half-way on this node"
            : throw new CairnException(
                ErrorCode.ClusterLocked,
                $"restore {pending.JobId} of cluster '{cluster}' has not finished replacing directories on this node",
                "wait for it; the agent goes on with it by itself",
                settings.Node,
                pending.JobId);
    }
}
