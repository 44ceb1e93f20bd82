using System.Text;
using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Restore;

/// <summary>
/// The last look at a stage. Nothing needs rewriting: no directory stands in the catalogue. Only pending index transactions
/// (left by a server that was killed) hold absolute paths [source]; in another directory they would point at the old one.
/// </summary>
internal static class StageFinisher
{
    private const int MaxTransactionBytes = 64 << 10;

    /// <summary>Looks; changes nothing.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/> for a transaction that names another directory.</exception>
    public static void Check(RestoreLayout layout, IReadOnlyDictionary<string, string> stageByRoot)
    {
        var data = layout.Targets.FirstOrDefault(t => t.Root == RootNames.Data);
        if (data is null || !stageByRoot.TryGetValue(RootNames.Data, out var stage))
        {
            return;
        }

        var target = Encoding.UTF8.GetBytes(data.TargetPath + "/");
        foreach (var item in TreeWalk.Below(stage).Where(i => i.Status.Kind == FileKind.Regular && i.Path.Contains("/mergeset/txn/", StringComparison.Ordinal)))
        {
            var bytes = File.ReadAllBytes($"{stage}/{item.Path}");
            if (bytes.Length > MaxTransactionBytes || (bytes.AsSpan().Contains((byte)'/') && bytes.AsSpan().IndexOf(target) < 0))
            {
                throw new CairnException(
                    ErrorCode.Unsupported,
                    $"the pending index transaction '{item.Path}' names other directories than '{data.TargetPath}'",
                    "restore to the directories of the point, or use a point of a cleanly stopped or running cluster",
                    subject: item.Path);
            }
        }
    }
}
