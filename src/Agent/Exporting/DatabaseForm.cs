using Cairn.Agent.Backup;
using Cairn.Agent.Engines;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Exporting;

/// <summary>What engines make of an exported point, so that it is what the databases' own tools would have written.</summary>
internal sealed class DatabaseForm(EngineCatalog engines)
{
    /// <summary>
    /// Every archive with what goes into it: those of the only instance under their own names, of several below the instances' names. None when
    /// the database of any has no such form.
    /// </summary>
    public async Task<IReadOnlyList<(string Name, ExportRequest Request)>> ArchivesAsync(
        INodeRepository repository, PointId point, CancellationToken cancellationToken)
    {
        var archives = new List<(string, ExportRequest)>();
        var instances = await InstancesAsync(repository, point, cancellationToken);
        foreach (var instance in instances)
        {
            var found = engines.Get(instance.Engine).ExportArchives(instance.Record);
            if (found.Count == 0)
            {
                return [];
            }

            archives.AddRange(found.Select(archive => (
                instances.Count == 1 ? archive.Name : $"{instance.Name}/{archive.Name}", RequestOf(instance.Name, archive))));
        }

        return archives;
    }

    /// <summary>
    /// Has the engines finish what was exported to <paramref name="directory"/> and will be found in <paramref name="place"/>. Returns a
    /// sentence when that is only the files as they were backed up, and null otherwise.
    /// </summary>
    public async Task<string?> FinishAsync(
        INodeRepository repository, PointId point, string directory, string place, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var instance in await InstancesAsync(repository, point, cancellationToken))
            {
                engines.Get(instance.Engine).FinishExport(instance.Record, $"{directory}/{instance.Name}", $"{place}/{instance.Name}");
            }

            return null;
        }
        catch (CairnException failure)
        {
            // The files are there in any case, and of use to whoever knows what to do with them.
            return $"the files are as they were backed up, and nothing was made ready to start on them: {failure.Message}";
        }
    }

    private static async Task<IReadOnlyList<InstanceProperties>> InstancesAsync(
        INodeRepository repository, PointId point, CancellationToken cancellationToken)
    {
        var detail = await repository.ReadPointAsync(point, cancellationToken);
        return NodeProperties.Parse(detail.Properties.Json, point.ToString()).Instances;
    }

    private static ExportRequest RequestOf(string instance, ExportArchive archive)
    {
        return new ExportRequest { Wanted = path => Member(path) is not null, Name = path => Member(path)! };

        string? Member(string path) =>
            path.StartsWith(instance + "/", StringComparison.Ordinal) ? archive.Member(path[(instance.Length + 1)..]) : null;
    }
}
