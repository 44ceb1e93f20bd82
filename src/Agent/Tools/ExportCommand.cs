using System.CommandLine;
using Cairn.Agent.Engines;
using Cairn.Agent.Exporting;
using Cairn.Agent.Hosting;
using Cairn.Agent.Roots;
using Cairn.Repository;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary><c>cairn-agent repository export</c>: a point as files that need no Cairn. Works beside an agent that runs.</summary>
internal static class ExportCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Option<string> config)
    {
        var named = PointArgument.Make();
        var target = new Argument<string>("TARGET") { Description = "plain: a directory, absent or empty; tar: a file that is not there yet, or - for standard output." };
        var format = new Option<string>("--format") { Description = "plain or tar.", DefaultValueFactory = _ => "plain" };
        format.AcceptOnlyFromAmong("plain", "tar");
        var gzip = new Option<int?>("--gzip") { Description = "Compress the tar with gzip, 1 (fast) to 9 (small)." };
        var zstd = new Option<int?>("--zstd") { Description = "Compress the tar with zstd, 1 (fast) to 19 (small)." };
        var archives = new Option<bool>("--archives")
        {
            Description = "tar: TARGET is a directory for the archives that the database's own tools would make, such as base.tar.",
        };
        var match = PointCommands.MakeMatch();
        var command = new Command("export", "Bring a point out of the repository, as a directory or as a tar.") { named, target, format, gzip, zstd, archives, match };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            var (isTar, packing) = (parsed.GetValue(format) == "tar", new Packing(parsed.GetValue(gzip), parsed.GetValue(zstd)));
            var split = parsed.GetValue(archives);
            Check(isTar, split, packing, parsed.GetValue(match)!);
            var path = parsed.GetValue(target)!;
            if (path != "-")
            {
                var resolved = PathResolution.Resolve(Path.GetFullPath(path), tool.Node);
                ExportPlaces.RequireOutside(resolved, tool.RepositoryPath, "the repository itself", tool.Node);
            }

            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            var point = (await PointArgument.ResolveAsync(repository, parsed.GetValue(named)!, cancellationToken)).Point;
            if (!isTar)
            {
                var plain = await repository.ExportPlainAsync(point, Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), progress: null, cancellationToken);
                await tool.Output.WriteLineAsync($"{point}: {plain.Files} files, {ByteSize.Format(plain.Bytes)} in {path}");
                var form = new DatabaseForm(BuildEngines.With(new EngineLimits()));
                var lack = await form.FinishAsync(repository, point, Path.GetFullPath(path), Path.GetFullPath(path), cancellationToken);
                foreach (var note in ExportNotes.Of(plain, lack))
                {
                    await tool.Output.WriteLineAsync(note);
                }

                return;
            }

            if (split)
            {
                await WriteArchivesAsync(tool, repository, point, path, packing, cancellationToken);
                return;
            }

            var request = new ExportRequest { Wanted = entry => PointCommands.Matches(parsed.GetValue(match)!, entry) };
            var report = path == "-"
                ? await packing.WriteAsync(repository, point, request, Console.OpenStandardOutput(), cancellationToken)
                : await packing.WriteFileAsync(repository, point, request, path, onWritten: static _ => { }, cancellationToken);
            if (path != "-")
            {
                await tool.Output.WriteLineAsync($"{point}: {report.Entries} entries, {ByteSize.Format(report.Bytes)} in {path}");
            }
        }));
        return command;
    }

    private static async Task WriteArchivesAsync(
        RepositoryTool tool, INodeRepository repository, PointId point, string directory, Packing packing, CancellationToken cancellationToken)
    {
        var archives = await new DatabaseForm(BuildEngines.With(new EngineLimits())).ArchivesAsync(repository, point, cancellationToken);
        if (archives.Count == 0)
        {
            throw new CairnException(
                ErrorCode.Unsupported, $"the databases of point {point} have no archives of their own", "leave --archives out: then the whole point is one tar", subject: point.Text);
        }

        Directory.CreateDirectory(directory);
        foreach (var (name, request) in archives)
        {
            var path = Path.Combine(directory, name + packing.Extension);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var report = await packing.WriteFileAsync(repository, point, request, path, onWritten: static _ => { }, cancellationToken);
            await tool.Output.WriteLineAsync($"{point}: {report.Entries} entries, {ByteSize.Format(report.Bytes)} in {path}");
        }
    }

    private static void Check(bool isTar, bool split, Packing packing, string match)
    {
        var fault = split && (!isTar || match != "*") ? "--archives goes with --format tar, and without --match"
            : !isTar && (packing != default || match != "*") ? "--gzip, --zstd and --match go with --format tar"
            : packing.Fault();
        if (fault is not null)
        {
            throw new CairnException(ErrorCode.InvalidRequest, fault, "see cairn-agent repository export --help");
        }
    }
}
