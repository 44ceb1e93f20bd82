using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Connecting;

/// <summary>Finds the cluster that a command means when its name was left out.</summary>
internal static class ClusterChoice
{
    /// <summary>The given name, or that of the only cluster there is.</summary>
    /// <exception cref="CairnException">No name was given, and there is no cluster or more than one.</exception>
    public static async Task<string> ResolveAsync(
        CoordinatorSession coordinator, string? name, CancellationToken cancellationToken)
    {
        if (name is not null)
        {
            return name;
        }

        var answer = await coordinator.AskAsync(
            (client, options) => client.ListClustersAsync(new ListClustersRequest(), options),
            CoordinatorSession.QuestionLimit,
            cancellationToken);
        return answer.Clusters.Count switch
        {
            1 => answer.Clusters[0].Name,
            0 => throw new CairnException(
                ErrorCode.UnknownCluster,
                "the coordinator knows no cluster yet",
                "add one with 'cairn cluster add', or in the coordinator's configuration"),
            _ => throw new CairnException(
                ErrorCode.InvalidRequest,
                $"there are {answer.Clusters.Count} clusters and none was named: "
                    + Printable.List(answer.Clusters.Select(cluster => cluster.Name)),
                "name the cluster as the first argument"),
        };
    }
}
