using System.CommandLine;
using System.IO.Compression;
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
        var match = PointCommands.MakeMatch();
        var command = new Command("export", "Bring a point out of the repository, as a directory or as a tar.") { named, target, format, gzip, zstd, match };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            var (isTar, packing) = (parsed.GetValue(format) == "tar", new Packing(parsed.GetValue(gzip), parsed.GetValue(zstd)));
            Check(isTar, packing, parsed.GetValue(match)!);
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            var point = (await PointArgument.ResolveAsync(repository, parsed.GetValue(named)!, cancellationToken)).Point;
            var path = parsed.GetValue(target)!;
            if (!isTar)
            {
                var plain = await repository.ExportPlainAsync(point, Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), progress: null, cancellationToken);
                await tool.Output.WriteLineAsync($"{point}: {plain.Files} files, {ByteSize.Format(plain.Bytes)} in {path}");
                return;
            }

            var request = new ExportRequest { Wanted = entry => PointCommands.Matches(parsed.GetValue(match)!, entry) };
            var report = path == "-"
                ? await PackAsync(repository, point, request, Console.OpenStandardOutput(), packing, cancellationToken)
                : await WriteFileAsync(repository, point, request, path, packing, cancellationToken);
            if (path != "-")
            {
                await tool.Output.WriteLineAsync($"{point}: {report.Entries} entries, {ByteSize.Format(report.Bytes)} in {path}");
            }
        }));
        return command;
    }

    private static void Check(bool isTar, Packing packing, string match)
    {
        var fault = !isTar && (packing != default || match != "*") ? "--gzip, --zstd and --match go with --format tar"
            : packing is { Gzip: not null, Zstd: not null } ? "--gzip and --zstd exclude each other"
            : packing.Gzip is < 1 or > 9 ? "--gzip takes 1 to 9"
            : packing.Zstd is < 1 or > 19 ? "--zstd takes 1 to 19"
            : null;
        if (fault is not null)
        {
            throw new CairnException(ErrorCode.InvalidRequest, fault, "see cairn-agent repository export --help");
        }
    }

    // Under another name until it is whole: half an archive must not pass for one.
    private static async Task<ExportReport> WriteFileAsync(
        INodeRepository repository, PointId point, ExportRequest request, string path, Packing packing, CancellationToken cancellationToken)
    {
        var partial = path + ".partial";
        if (File.Exists(path))
        {
            throw new CairnException(ErrorCode.PathUnusable, $"{path} is there already", "name another file, or remove it", subject: path);
        }

        try
        {
            ExportReport report;
            await using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
            {
                report = await PackAsync(repository, point, request, file, packing, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: false);
            return report;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CairnException(ErrorCode.InputOutput, $"{path}: {failure.Message}", "name a file that can be written, with room for the point", subject: path, cause: failure);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task<ExportReport> PackAsync(
        INodeRepository repository, PointId point, ExportRequest request, Stream destination, Packing packing, CancellationToken cancellationToken)
    {
        if (packing == default)
        {
            return await repository.ExportTarAsync(point, request, destination, cancellationToken);
        }

        await using Stream packed = packing.Zstd is { } level
            ? new ZstdFrameStream(destination, level)
            : new GZipStream(destination, new ZLibCompressionOptions { CompressionLevel = packing.Gzip!.Value }, leaveOpen: true);
        return await repository.ExportTarAsync(point, request, packed, cancellationToken);
    }

    private readonly record struct Packing(int? Gzip, int? Zstd);
}
