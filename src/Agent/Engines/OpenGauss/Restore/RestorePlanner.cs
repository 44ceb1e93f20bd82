using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Proofs;
using Cairn.Agent.Services;
using Cairn.Agent.Tasks;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGauss.Restore;

/// <summary>Where the parts of a server go: its tablespaces, then the data directory, without which nothing starts.</summary>
internal sealed class RestorePlanner(string instance, ServerConfiguration configuration, ProcessTable table, EngineLimits limits, TimeProvider time)
{
    /// <summary>The plan and its checks; nothing is touched.</summary>
    public async Task<RestoreLayout> PlanAsync(RestoreRequestFacts request, CancellationToken cancellationToken)
    {
        RestoreRecord record;
        TablespaceMapping mapping;
        try
        {
            record = RestoreRecord.Parse(request.Record);
            mapping = TablespaceMapping.Parse(request.Parameters.All(RestoreWords.Mapping));
        }
        catch (InvalidDataException wrong)
        {
            return new RestoreLayout([], [Checks.Refused("record", "", new CairnException(
                ErrorCode.PointDamaged, $"the record of this server cannot be used: {wrong.Message}", "use another point, or a newer agent"))]);
        }
        catch (CairnException wrong)
        {
            return new RestoreLayout([], [Checks.Refused(RestoreWords.Mapping, "", wrong)]);
        }

        var placed = record.Tablespaces.Where(one => !one.Inside && one.VersionDirectory.Length > 0)
            .Select(one => (Tablespace: one, Place: mapping.Find(one.Location) ?? one.Location)).ToList();
        var targets = placed.Select(one => new RestoreTarget(one.Tablespace.Root, $"{one.Place}/{one.Tablespace.VersionDirectory}", Content: true))
            .Append(new RestoreTarget(BackupEntries.DataRoot, configuration.DataDirectory, Content: true)).ToList();
        var isCopy = IsCopy(configuration, record, request);
        var checks = new List<Check>
        {
            await Checks.RunAsync("version", "", () => RequireVersionAsync(record, cancellationToken)),
            Checks.Run("settings", "", () => RequireSettings(request)),
            Checks.Run("mapped", "", () => RequireMapped(record, mapping)),
            Checks.Passed("kind", isCopy
                ? $"this is a copy of the server in '{record.DataDirectory}' on {record.Host}: it will not archive, nor wait for standbys"
                : "this is the place that the point was taken of"),
        };
        var proof = new TablespaceProof(configuration, table);
        checks.AddRange(placed.Select(one => Checks.Run("tablespace", "", () => proof.RequireFree(one.Tablespace, one.Place, isCopy, cancellationToken))));
        if (record.Role != Server.Roles.Primary)
        {
            checks.Add(Checks.Passed("role", $"the point was taken of a {record.Role}; the restored server is a primary"));
        }

        return new RestoreLayout(targets, checks);
    }

    /// <summary>True when the original may go on beside what is restored.</summary>
    public static bool IsCopy(ServerConfiguration configuration, RestoreRecord record, RestoreRequestFacts request) =>
        request.ForeignNode || record.Host != Environment.MachineName || record.DataDirectory != configuration.DataDirectory;

    private async Task<string> RequireVersionAsync(RestoreRecord record, CancellationToken cancellationToken)
    {
        var here = new DataDirectory(configuration.DataDirectory).MajorVersion;
        if (here.Length > 0 && here != record.MajorVersion)
        {
            throw Wrong($"the data directory holds a server of version {here}");
        }

        if (configuration.Binaries is not { } binaries)
        {
            return here.Length > 0 ? $"version {record.MajorVersion}, as in the data directory" : $"version {record.MajorVersion}; options.binaries is not set, so the installed one was not asked";
        }

        var program = $"{binaries}/{(record.Dialect == Server.Dialect.PostgreSqlName ? "postgres" : "gaussdb")}";
        var told = await ServiceCommand.RunAsync([program, "-V"], instance, "", limits.Question, time, cancellationToken);
        return told.ExitCode == 0 && (record.Dialect != Server.Dialect.PostgreSqlName || told.Output.Contains($" {record.MajorVersion}.", StringComparison.Ordinal))
            ? $"version {record.MajorVersion}: {told.Output.Trim()}"
            : throw Wrong($"'{program}' says '{told.Output.Trim()}'");

        CairnException Wrong(string finding) => new(
            ErrorCode.TopologyMismatch,
            $"the point is of a server of version {record.MajorVersion}, but {finding}; files of one version cannot be used by another",
            $"restore where version {record.MajorVersion} is installed",
            subject: configuration.DataDirectory);
    }

    private static string RequireSettings(RestoreRequestFacts request)
    {
        var settings = RestoreWords.Settings(request.Parameters);
        return settings.Count == 0 ? "no settings are changed" : $"these settings are written: {string.Join(", ", settings.Select(one => $"{one.Key} = {one.Value}"))}";
    }

    private static string RequireMapped(RestoreRecord record, TablespaceMapping mapping)
    {
        var unknown = mapping.Old.Where(old => record.Tablespaces.All(one => Path.TrimEndingDirectorySeparator(one.Location) != old)).ToList();
        if (unknown.Count > 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"no tablespace of the point was in '{unknown[0]}'; they were in {string.Join(", ", record.Tablespaces.Select(one => one.Location).DefaultIfEmpty("no directory of their own"))}",
                "name the directory as the point has it",
                subject: unknown[0]);
        }

        var moved = record.Tablespaces.Where(one => mapping.Find(one.Location) is not null).ToList();
        return moved.Count == 0
            ? "the tablespaces go back to where they were"
            : string.Join("; ", moved.Select(one => $"'{one.Location}' goes to '{mapping.Find(one.Location)}'"));
    }
}
