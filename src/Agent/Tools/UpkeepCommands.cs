using System.CommandLine;
using System.Globalization;
using Cairn.Agent.Backup;
using Cairn.Repository;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary>
/// <c>cairn-agent repository verify|sweep|delete</c>. What changes the repository takes the writer's lock, so it is refused while an agent runs.
/// </summary>
internal static class UpkeepCommands
{
    private static readonly TimeSpan StandardGrace = TimeSpan.FromDays(1);

    /// <summary>The commands.</summary>
    public static IEnumerable<Command> Create(Option<string> config) => [Verify(run => RepositoryTool.Action(config, run)), Sweep(config), Delete(config)];

    /// <summary><c>verify</c>, of whatever repository <paramref name="action"/> opens.</summary>
    public static Command Verify(ToolAction action)
    {
        var named = PointArgument.Make();
        var level = new Option<VerifyLevel>("--level")
        {
            Description = "presence: names and sizes; hash: every byte (the default); restore: also restored and compared.",
            DefaultValueFactory = _ => VerifyLevel.Hash,
        };
        var scratch = new Option<string?>("--scratch") { Description = "Where to restore to; beside the data in the repository by default." };
        var share = new Option<double>("--max-shrinkage")
        {
            Description = "Say so when the point lost more than this share of its predecessor's files or bytes; 0 to 1.",
            DefaultValueFactory = _ => 0.5,
        };
        var command = new Command("verify", "Look a point over; what is damaged is named with its file and offset.") { named, level, scratch, share };
        command.SetAction(action(async (tool, parsed, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            var point = await PointArgument.ResolveAsync(repository, parsed.GetValue(named)!, cancellationToken);
            var report = await repository.VerifyAsync(
                point.Point,
                new VerifyOptions
                {
                    Level = parsed.GetValue(level),
                    ScratchDirectory = parsed.GetValue(scratch) is { } directory ? Path.GetFullPath(directory) : null,
                    MaxShrinkage = Bounded.Require("--max-shrinkage", parsed.GetValue(share), 0, 1),
                    CoverSame = ObjectSelection.IsSame,
                },
                progress: null,
                cancellationToken);
            await PrintAsync(tool, report);
        }));
        return command;
    }

    private static async Task PrintAsync(RepositoryTool tool, VerifyReport report)
    {
        if (report.Shrunk is { } shrunk)
        {
            await tool.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Point} is much smaller than {shrunk.Predecessor}: {shrunk.Files} files, {ByteSize.Format(shrunk.Bytes)} after {shrunk.FilesBefore} files, {ByteSize.Format(shrunk.BytesBefore)}"));
        }

        foreach (var damage in report.Damages)
        {
            await tool.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{damage.Point}: {UnixPath.Show(damage.Path ?? "(whole point)")} at offset {damage.Offset ?? 0}: {UnixPath.Show(damage.Finding)} (in {damage.FoundIn})"));
        }

        if (!report.IsSound)
        {
            throw new CairnException(
                ErrorCode.PointDamaged,
                $"point {report.Point} is damaged in {report.DamageCount} places",
                "restore another point, and make a new full backup",
                subject: report.Point.Text);
        }

        await tool.Output.WriteLineAsync($"{report.Point} is sound: {report.Files} files, {ByteSize.Format(report.Bytes)} ({report.Level.ToString().ToLowerInvariant()})");
    }

    private static Command Sweep(Option<string> config)
    {
        var grace = new Option<double>("--grace-hours")
        {
            Description = "Leave what is younger than so many hours.",
            DefaultValueFactory = _ => StandardGrace.TotalHours,
        };
        var dry = new Option<bool>("--dry-run") { Description = "Only say what would go." };
        var command = new Command("sweep", "Remove what interrupted work left and no point uses.") { grace, dry };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            var only = parsed.GetValue(dry);
            await using var repository = await tool.OpenAsync(readOnly: only, cancellationToken);
            var report = await repository.SweepAsync(TimeSpan.FromHours(Bounded.Require("--grace-hours", parsed.GetValue(grace), 0, 87_600)), remove: !only, cancellationToken);
            foreach (var path in report.Listed.Concat(report.Skipped.Select(chain => "not looked at: " + chain)))
            {
                await tool.Output.WriteLineAsync(UnixPath.Show(path));
            }

            await tool.Output.WriteLineAsync($"{report.Files} files, {ByteSize.Format(report.Bytes)} {(only ? "would go" : "removed")}; {report.Young} are too young");
        }));
        return command;
    }

    private static Command Delete(Option<string> config)
    {
        var named = PointArgument.Make();
        var yes = new Option<bool>("--yes") { Description = "Delete; without it only what would go is printed." };
        var command = new Command("delete", "Delete a point on this host. Never breaks another point.") { named, yes };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            var confirmed = parsed.GetValue(yes);
            await using var repository = await tool.OpenAsync(readOnly: !confirmed, cancellationToken);
            var point = await PointArgument.ResolveAsync(repository, parsed.GetValue(named)!, cancellationToken);
            await PrintAsync(tool, point, await repository.PlanDeletionAsync(point.Point, cancellationToken));
            if (!confirmed)
            {
                await tool.Output.WriteLineAsync("nothing was deleted; repeat it with --yes");
                return;
            }

            var done = await repository.DeletePointAsync(point.Point, cancellationToken);
            await tool.Output.WriteLineAsync($"deleted; {ByteSize.Format(done.BytesFreed)} are free");
        }));
        return command;
    }

    private static async Task PrintAsync(RepositoryTool tool, PointSummary point, DeleteReport plan)
    {
        await tool.Output.WriteLineAsync(
            $"deleting {point.Point} frees {ByteSize.Format(plan.BytesFreed)} ({plan.BytesFreed.ToString(CultureInfo.InvariantCulture)} bytes): " +
            (plan.ChainDeleted ? $"the whole chain {plan.Chain}" : $"{plan.PacksDeleted} packs; {plan.PacksKept} stay for other points, {ByteSize.Format(plan.DeadBytesKept)} in them unused"));
        var others = point.Record?.Nodes.Select(n => n.Node).Where(node => node != tool.Node).ToList() ?? [];
        if (others.Count > 0)
        {
            await tool.Output.WriteLineAsync(
                $"warning: its parts on {string.Join(", ", others)} stay, until `cairn catalog rebuild` has them deleted too; the point can be restored nowhere any more as a whole");
        }
    }
}
