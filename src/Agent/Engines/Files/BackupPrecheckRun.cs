using System.Globalization;
using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.Files;

/// <summary>What the files must be like before they are backed up. Changes nothing.</summary>
internal static class BackupPrecheckRun
{
    // Copies beside the live files must leave the database room to go on.
    private const long FreeBesides = 64L << 20;

    /// <summary>All checks, passed or not.</summary>
    public static IReadOnlyList<Check> Run(FilesConfiguration configuration, bool cold, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        foreach (var root in configuration.Roots)
        {
            try
            {
                checks.Add(Look(root, FilesStep.Resolve(root), configuration, cancellationToken));
            }
            catch (CairnException unusable)
            {
                checks.Add(Failed("files", unusable));
            }
        }

        if (!cold && !configuration.HasCommands)
        {
            checks.Add(Passed("commands", $"no before-capture command: the point will carry the caveat {Caveats.NoCommands.Name}"));
        }

        return checks;
    }

    private static Check Look(DataRoot root, string live, FilesConfiguration configuration, CancellationToken cancellationToken)
    {
        var rules = new RootRules(root.Name, configuration.Patterns);
        long linked = 0, copied = 0, bytes = 0;
        foreach (var item in TreeWalk.Below(live, item => rules.Rule(item) != Take.Skip).Where(item => rules.Rule(item) != Take.Skip))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (item.Status.Kind is FileKind.SymbolicLink or FileKind.Other)
            {
                return Failed("files", StableTree.NotTakeable(live, item));
            }

            if (item.Status.Kind == FileKind.Regular)
            {
                var link = rules.Rule(item) == Take.Link;
                (linked, copied, bytes) = link ? (linked + 1, copied, bytes) : (linked, copied + 1, bytes + item.Status.AllocatedBytes);
            }
        }

        var free = NativeFiles.FreeBytes(live);
        var finding = string.Create(
            CultureInfo.InvariantCulture,
            $"{root.Name}: {linked} file(s) will be linked, {copied} copied beside '{UnixPath.Show(live)}'; {bytes} bytes are needed for that and {free} are free");
        return free >= bytes + FreeBesides
            ? Passed("files", finding)
            : Failed("files", new CairnException(
                ErrorCode.NoSpace, finding, "free space on this file system, exclude files, or name immutable ones, which take none", subject: live));
    }

    private static Check Passed(string name, string finding) => new() { Name = name, Passed = true, Finding = finding };

    private static Check Failed(string name, CairnException failure) => new()
    {
        Name = name,
        Passed = false,
        Finding = failure.Message,
        Error = failure.ToDetail(),
    };
}
