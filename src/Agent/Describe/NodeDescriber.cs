using System.Reflection;
using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Tasks;
using Cairn.Shared;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Agent.Describe;

/// <summary>Tells what this node is: its instances, repository, epochs, and restores whose old data are still beside.</summary>
internal sealed class NodeDescriber(
    AgentSettings settings, AgentJournal journal, Instances instances, NodeRepository repository, TimeProvider time)
{
    /// <summary>This build's version.</summary>
    public static string Version { get; } =
        typeof(NodeDescriber).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";

    /// <summary>Describes it. What cannot be found out is reported inside, never thrown.</summary>
    public async Task<NodeDescription> DescribeAsync(bool askDatabases, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var described = await Task.WhenAll(
            instances.Configured.Select(options => DescribeInstanceAsync(options, askDatabases, cancellationToken)));
        var description = new NodeDescription
        {
            Node = settings.Node,
            AgentVersion = Version,
            ProtocolVersion = ProtocolVersion.Current,
            Repository = await DescribeRepositoryAsync(cancellationToken),
        };

        // The middle of the answering: whoever compares clocks takes the middle of the call.
        description.AgentTime = (began + ((time.GetUtcNow() - began) / 2)).ToTimestamp();
        description.Instances.AddRange(described);
        description.Epochs.Add(journal.Epochs.All.ToDictionary());
        description.Remnants.AddRange(journal.Restores.All().Select(Remnant).OfType<RestoreRemnant>());
        return description;
    }

    private async Task<InstanceDescription> DescribeInstanceAsync(
        InstanceOptions options, bool askDatabases, CancellationToken cancellationToken)
    {
        try
        {
            return await instances.Open(options).DescribeAsync(askDatabases, cancellationToken);
        }
        catch (Exception failure) when (FailureTranslation.Translate(failure) is { } known)
        {
            return new InstanceDescription
            {
                Name = options.Name,
                Engine = options.Engine,
                RunState = RunState.CannotTell,
                RunFindings = { known.Message },
                ViewError = known.ToDetail(settings.Node),
            };
        }
    }

    private async Task<RepositoryDescription> DescribeRepositoryAsync(CancellationToken cancellationToken)
    {
        var description = new RepositoryDescription { Path = repository.Path };
        try
        {
            var opened = await repository.OpenAsync(cancellationToken);
            description.RepositoryId = opened.Id.ToString();
            description.FreeBytes = repository.FreeBytes();
            description.Points = (await opened.ListPointsAsync(cancellationToken)).Count;
        }
        catch (Exception failure) when (FailureTranslation.Translate(failure) is { } known)
        {
            description.Error = known.ToDetail(settings.Node);
        }

        return description;
    }

    private static RestoreRemnant? Remnant(RestoreRecord restore)
    {
        var state = restore.State switch
        {
            RestoreState.Staged => "staged",
            RestoreState.Decided or RestoreState.Undoing => "decided",
            RestoreState.Swapped => "swapped",
            RestoreState.Undone => "undone",
            _ => null,
        };
        return state is null
            ? null
            : new RestoreRemnant
            {
                JobId = restore.JobId,
                PointId = restore.PointId,
                State = state,
                Bytes = state == "swapped"
                    ? restore.Parts.Sum(part => Tree.AllocatedBytes(part.Old))
                    : restore.StagedBytes,
            };
    }
}
