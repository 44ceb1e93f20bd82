using System.CommandLine;
using System.Globalization;
using System.IO.Enumeration;
using Cairn.Repository;
using Cairn.Shared.Configuration;

namespace Cairn.Agent.Tools;

/// <summary><c>cairn-agent repository list|show|files|diff</c>: looks, and changes nothing; works beside an agent that runs.</summary>
internal static class PointCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<Command> Create(Option<string> config) => [List(run => RepositoryTool.Action(config, run)), Show(config), Files(config), Diff(config)];

    /// <summary>Which paths are meant.</summary>
    public static Option<string> MakeMatch() => new("--match")
    {
        Description = "Only paths that match: * stands for any characters, ? for one.",
        DefaultValueFactory = _ => "*",
    };

    /// <summary>Whether a path matches.</summary>
    public static bool Matches(string pattern, string path) => FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false);

    /// <summary><c>list</c>, of whatever repository <paramref name="action"/> opens.</summary>
    public static Command List(ToolAction action)
    {
        var command = new Command("list", "List the points of this repository, and those that are not finished.");
        command.SetAction(action(async (tool, _, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            foreach (var point in await repository.ListPointsAsync(cancellationToken))
            {
                await tool.Output.WriteLineAsync(Line(point));
            }

            foreach (var point in await repository.ListUncommittedAsync(cancellationToken))
            {
                var state = point.Prepared is not null ? "prepared, not committed" : point.Copied is not null ? "copied, not prepared" : "being copied, or interrupted";
                await tool.Output.WriteLineAsync($"{point.Begun.Point}  {UnixPath.Show(point.Begun.Cluster)}  {state}");
            }
        }));
        return command;
    }

    private static Command Show(Option<string> config)
    {
        var named = PointArgument.Make();
        var command = new Command("show", "Show one point: what it holds here, and what it was promised to be.") { named };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            var point = await PointArgument.ResolveAsync(repository, parsed.GetValue(named)!, cancellationToken);
            var detail = await repository.ReadPointAsync(point.Point, cancellationToken);
            var (record, here) = (detail.Record, detail.Manifest);
            foreach (var (name, value) in new (string, string)[]
            {
                ("point", record.Point.Text),
                ("kind", record.Kind == PointKind.Full ? "full" : $"incremental on {record.BasePoint}"),
                ("chain", record.Chain.Text),
                ("cluster", $"{record.Cluster} ({record.Engine})"),
                ("label", record.Label),
                ("created", record.Created.ToString("u", CultureInfo.InvariantCulture)),
                ("consistency", record.Consistency),
                ("caveats", string.Join(", ", record.Caveats)),
                ("nodes", string.Join(", ", record.Nodes.Select(n => n.Node))),
                ("missing nodes", string.Join(", ", record.MissingNodes)),
                ("this node", here.Node),
                ("copies", "1, same host"),
                ("files", Number(here.Files)),
                ("bytes", $"{Number(here.Bytes)} ({ByteSize.Format(here.Bytes)})"),
                ("stored", $"{ByteSize.Format(here.StoredBytes)}, {ByteSize.Format(here.NewStoredBytes)} of them new"),
                ("full inside the chain", here.FullInsideChain ? "yes: this node had not got the base" : ""),
                ("manifest", here.Hash.ToString()),
            }.Where(line => line.Item2.Length > 0))
            {
                await tool.Output.WriteLineAsync($"{name + ":",-23}{UnixPath.Show(value)}");
            }
        }));
        return command;
    }

    private static Command Files(Option<string> config)
    {
        var named = PointArgument.Make();
        var match = MakeMatch();
        var command = new Command("files", "List the paths that a point holds.") { named, match };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            var point = await PointArgument.ResolveAsync(repository, parsed.GetValue(named)!, cancellationToken);
            await foreach (var entry in repository.ReadEntriesAsync(point.Point, cancellationToken))
            {
                if (Matches(parsed.GetValue(match)!, entry.Path))
                {
                    await tool.Output.WriteLineAsync(Line(entry));
                }
            }
        }));
        return command;
    }

    private static Command Diff(Option<string> config)
    {
        var earlier = PointArgument.Make("EARLIER");
        var later = PointArgument.Make("LATER");
        var command = new Command("diff", "List the paths in which two points differ, and how.") { earlier, later };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            var before = await PointArgument.ResolveAsync(repository, parsed.GetValue(earlier)!, cancellationToken);
            var now = await PointArgument.ResolveAsync(repository, parsed.GetValue(later)!, cancellationToken);
            await foreach (var difference in repository.CompareAsync(before.Point, now.Point, cancellationToken))
            {
                var kind = difference.Kind.ToString().ToLowerInvariant();
                await tool.Output.WriteLineAsync($"{kind,-10}  {Size(difference.SizeBefore),15}  {Size(difference.Size),15}  {UnixPath.Show(difference.Path)}");
            }
        }));
        return command;
    }

    private static string Line(PointSummary point) => point switch
    {
        { Damage: { } damage } => $"{point.Point}  DAMAGED: {UnixPath.Show(damage)}",
        { Record: { } record, Manifest: { } here } => string.Create(
            CultureInfo.InvariantCulture,
            $"{point.Point}  {(record.Kind == PointKind.Full ? "full" : "incremental"),-11}  {here.Files,10} files  {ByteSize.Format(here.Bytes),10}  {ByteSize.Format(here.NewStoredBytes),10} new  {UnixPath.Show(record.Cluster)}  {UnixPath.Show(record.Label)}").TrimEnd(),
        _ => point.Point.Text,
    };

    private static string Line(ManifestEntry entry)
    {
        var (kind, target) = entry switch
        {
            { Kind: EntryKind.Directory } => ('d', ""),
            { Kind: EntryKind.Symlink, LinkTarget: { } to } => ('l', " -> " + UnixPath.Show(to)),
            { LinkedTo: { } first } => ('h', " = " + UnixPath.Show(first)),
            _ => ('-', ""),
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{kind} {Convert.ToString(entry.Attributes.Mode, 8),4}  {entry.Attributes.Uid,5}:{entry.Attributes.Gid,-5}  {entry.Attributes.Size,15}  {UnixPath.Show(entry.Path)}{target}");
    }

    private static string Size(long? bytes) => bytes is { } known ? Number(known) : "-";

    private static string Number(long count) => count.ToString(CultureInfo.InvariantCulture);
}
