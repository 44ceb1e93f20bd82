using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Native;
using Cairn.Agent.Recovery;
using Cairn.Agent.Restore;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Importing;

/// <summary>
/// Restores a backup that the database's own tools made on this host into the instance that it was made of: imported as a point, which stays, and then put in
/// place as every other point is without a coordinator. The backup is only read; the old data are kept beside.
/// </summary>
/// <param name="load">Reads and checks an agent's configuration file.</param>
/// <param name="time">The clock.</param>
internal sealed class ForeignRecovery(Func<string, CancellationToken, Task<AgentSettings>> load, TimeProvider time)
{
    private const string Label = "imported to be restored";

    /// <summary>Imports, stages, verifies, proves that the instance is stopped, and swaps. After a refusal nothing has been touched.</summary>
    /// <exception cref="CairnException">What stands in the way.</exception>
    public async Task RunAsync(ForeignRecoveryRequest request, TextWriter output, CancellationToken cancellationToken)
    {
        var settings = await load(request.AgentConfiguration, cancellationToken);
        var instance = Find(settings, request.InstanceConfiguration);
        var point = await ImportAsync(settings, instance, request.Backup, output, cancellationToken);
        await using var services = await RecoveryHost.BuildAsync(settings, time, new NoHook(), cancellationToken);
        var restore = services.GetRequiredService<OfflineRestore>();
        var recovered = await RecoveryPoint.ReadAsync(await services.GetRequiredService<NodeRepository>().OpenAsync(cancellationToken), point, cancellationToken);
        foreach (var told in (await restore.FinishAsync(recovered, cancellationToken)).Told)
        {
            await output.WriteLineAsync(told);
        }

        // Whoever restores a backup of the database's own takes it with what such a backup lacks; it has been printed.
        var terms = new RecoveryTerms([.. recovered.Record.Summary.Caveats.Select(caveat => caveat.Name)], Metadata: null, Stop: false, Start: false, Parameters: []);
        var plan = await restore.PlanAsync(recovered, terms, cancellationToken);
        if (RecoveryPlanText.Refusal(plan) is { } refusal)
        {
            throw refusal;
        }

        var (jobId, swapped) = await restore.RunAsync(recovered, terms, new Progress<Progress>(), cancellationToken);
        foreach (var line in (string[])[
            .. swapped.Notes,
            .. swapped.Old.Select(old => $"the old {old.Name} is in {old.Path}"),
            $"to go back:         cairn-agent recover undo --config {request.AgentConfiguration} --restore {jobId}",
            $"to free the old:    cairn-agent recover discard --config {request.AgentConfiguration} --restore {jobId}",
            $"the backup is point {point} of the repository now: cairn-agent repository delete --config {request.AgentConfiguration} {point}"])
        {
            await output.WriteLineAsync(line);
        }
    }

    private async Task<PointId> ImportAsync(
        AgentSettings settings, InstanceOptions instance, ForeignBackup backup, TextWriter output, CancellationToken cancellationToken)
    {
        await using var opened = new NodeRepository(settings, time);
        var repository = await opened.OpenAsync(cancellationToken);
        var request = new ImportRequest(instance, settings.Node, Label, backup, With: null);
        var part = await new PointImport(settings, repository, time, output).PrepareAsync(request, cancellationToken);
        var records = await new ImportCommit(settings, repository).CommitAloneAsync(part, cancellationToken);
        foreach (var caveat in records[^1].Summary.Caveats)
        {
            await output.WriteLineAsync($"caveat {caveat.Name}: {caveat.Text}");
        }

        return PointIds.Require(records[^1].Summary.PointId);
    }

    private static InstanceOptions Find(AgentSettings settings, string configuration)
    {
        var meant = NativeFiles.TryRealPath(configuration) ?? configuration;
        return settings.Instances.FirstOrDefault(instance => (NativeFiles.TryRealPath(instance.Config) ?? instance.Config) == meant) ?? throw new CairnException(
            ErrorCode.InvalidRequest,
            $"no instance of this node's agent has the configuration '{configuration}'; they have {string.Join(", ", settings.Instances.Select(instance => $"'{instance.Config}'"))}",
            "name the database's configuration file that the agent's configuration names",
            settings.Node,
            configuration);
    }
}
