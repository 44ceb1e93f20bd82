using System.CommandLine;
using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Importing;
using Cairn.Agent.Native;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;

namespace Cairn.Agent.Tools;

/// <summary>
/// <c>cairn-agent import</c>: points out of backups that a database's own tools made, without coordinator or database. A cluster of one node is committed
/// at once; of several, each node writes a part, and with all parts each node commits.
/// </summary>
internal static class ImportCommand
{
    /// <summary>The command with <c>commit</c> and <c>abort</c> below it.</summary>
    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The configuration file.", Required = true, Recursive = true };
        var engine = new Argument<string>("ENGINE") { Description = "The engine of this node's instance whose backup it is." };
        var full = new Option<string>("--full") { Description = "The directory of a full backup.", HelpName = "DIR", Required = true };
        var increments = new Option<string[]>("--inc") { Description = "The directory of an increment on it; repeat it, oldest first.", HelpName = "DIR", DefaultValueFactory = _ => [] };
        var instance = new Option<string>("--instance") { Description = "The instance, where this node has several of the engine.", DefaultValueFactory = _ => "" };
        var cluster = new Option<string>("--cluster") { Description = "The cluster's name at the coordinator.", Required = true };
        var label = new Option<string>("--label") { Description = "The points' label.", DefaultValueFactory = _ => "imported" };
        var unproved = new Option<bool>("--accept-unproved") { Description = "Take a backup whose own record does not say that it ended well; its points carry a caveat." };
        var part = new Option<string>("--part") { Description = "Of a cluster with several nodes: prepare only, and write this node's part to a new file.", HelpName = "FILE", DefaultValueFactory = _ => "" };
        var with = new Option<string>("--with") { Description = "The part of the node that was imported first.", HelpName = "FILE", DefaultValueFactory = _ => "" };
        var command = new Command("import", "Make points of backups that the database's own tools made on this host. The directories stay as they are.")
        {
            config, engine, full, increments, instance, cluster, label, unproved, part, with, Commit(config), Abort(config),
        };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            var settings = await ToolSettings.LoadAsync(parsed.GetValue(config)!, cancellationToken);
            var (partPath, withPath) = (parsed.GetValue(part)!, parsed.GetValue(with)!);
            CheckPaths(partPath, withPath);
            var request = new ImportRequest(
                Choose(settings, parsed.GetValue(engine)!, parsed.GetValue(instance)!),
                RequireName(parsed.GetValue(cluster)!),
                parsed.GetValue(label)!,
                new ForeignBackup(Absolute(parsed.GetValue(full)!), [.. parsed.GetValue(increments)!.Select(Absolute)], parsed.GetValue(unproved)),
                withPath.Length == 0 ? null : ImportedPart.Read(withPath));
            await using var opened = new NodeRepository(settings, TimeProvider.System);
            var repository = await opened.OpenAsync(cancellationToken);
            var prepared = await new PointImport(settings, repository, TimeProvider.System, tool.Output).PrepareAsync(request, cancellationToken);
            if (partPath.Length == 0)
            {
                await CommitAsync(tool, settings, opened, [prepared], cancellationToken);
                return;
            }

            DurableFile.Publish(Path.GetFullPath(partPath), prepared.ToBytes());
            await tool.Output.WriteLineAsync($"prepared; commit it on every node with 'cairn-agent import commit' and the parts of all nodes. This node's is {partPath}");
        }));
        return command;
    }

    private static Command Commit(Option<string> config)
    {
        var files = Parts();
        var command = new Command("commit", "Make the points exist on this node, once every node has written its part. Run it on every node.") { files };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            var settings = await ToolSettings.LoadAsync(parsed.GetValue(config)!, cancellationToken);
            await using var opened = new NodeRepository(settings, TimeProvider.System);
            await CommitAsync(tool, settings, opened, [.. parsed.GetValue(files)!.Select(ImportedPart.Read)], cancellationToken);
        }));
        return command;
    }

    private static Command Abort(Option<string> config)
    {
        var files = Parts();
        var command = new Command("abort", "Sweep what was prepared on this node and not committed.") { files };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            var settings = await ToolSettings.LoadAsync(parsed.GetValue(config)!, cancellationToken);
            await using var opened = new NodeRepository(settings, TimeProvider.System);
            var import = new PointImport(settings, await opened.OpenAsync(cancellationToken), TimeProvider.System, tool.Output);
            foreach (var file in parsed.GetValue(files)!)
            {
                await import.AbortAsync(ImportedPart.Read(file), cancellationToken);
            }

            await tool.Output.WriteLineAsync("swept");
        }));
        return command;
    }

    private static Argument<string[]> Parts() =>
        new("PART") { Description = "A file that 'import --part' wrote.", Arity = ArgumentArity.OneOrMore };

    private static async Task CommitAsync(
        RepositoryTool tool, AgentSettings settings, NodeRepository opened, IReadOnlyList<ImportedPart> parts, CancellationToken cancellationToken)
    {
        var commit = new ImportCommit(settings, await opened.OpenAsync(cancellationToken));
        foreach (var record in await commit.CommitAsync(parts, cancellationToken))
        {
            var (files, bytes) = (record.Summary.Nodes.Sum(node => node.Files), record.Summary.Nodes.Sum(node => node.Bytes));
            await tool.Output.WriteLineAsync($"{record.Summary.PointId}: committed, {files} files, {ByteSize.Format(bytes)} of {record.Summary.Nodes.Count} node(s)");
            foreach (var caveat in record.Summary.Caveats)
            {
                await tool.Output.WriteLineAsync($"  caveat {caveat.Name}: {caveat.Text}");
            }
        }
    }

    private static InstanceOptions Choose(AgentSettings settings, string engine, string name)
    {
        var candidates = settings.Instances.Where(each => each.Engine == engine && (name.Length == 0 || each.Name == name)).ToList();
        return candidates.Count == 1 ? candidates[0] : throw new CairnException(
            ErrorCode.InvalidRequest,
            candidates.Count == 0
                ? $"this node has no instance{(name.Length == 0 ? "" : $" '{name}'")} of engine '{engine}'; it has {string.Join(", ", settings.Instances.Select(each => $"{each.Name} ({each.Engine})"))}"
                : $"this node has {candidates.Count} instances of engine '{engine}'",
            candidates.Count == 0 ? "name the engine of an instance of this node" : "say with --instance which is meant",
            settings.Node,
            engine);
    }

    private static void CheckPaths(string part, string with)
    {
        if (part.Length > 0 && File.Exists(part))
        {
            throw new CairnException(ErrorCode.PathUnusable, $"'{part}' is there already", "name a file that is not there yet", subject: part);
        }

        if (with.Length > 0 && part.Length == 0)
        {
            throw new CairnException(ErrorCode.InvalidRequest, "--with goes with --part", "name the file for this node's part");
        }
    }

    private static string RequireName(string cluster) => Names.IsValid(cluster) ? cluster : throw new CairnException(
        ErrorCode.InvalidRequest, $"'{cluster}' is no name of a cluster", "use 1 to 63 letters, digits, '.', '_' and '-'", subject: cluster);

    private static string Absolute(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
