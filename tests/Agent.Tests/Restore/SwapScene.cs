using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Restore;
using Cairn.Agent.Roots;
using Cairn.Agent.Tests.Plain;

namespace Cairn.Agent.Tests.Restore;

/// <summary>
/// A staged restore of three parts: one whose live directory is there, one that has none, and one that becomes empty.
/// </summary>
internal sealed class SwapScene : IDisposable
{
    private const string JobId = "0199a0b0-0000-7000-8000-000000000001";

    private readonly TestDirectory files = new();

    public SwapScene()
    {
        files.Write("db/data/old.tssp", "old data");
        files.Write("db/meta/raft.db", "old metadata");
        Parts = [Part("data", content: true), Part("wal", content: true), Part("meta", content: false)];
        OldState = Parts.Select(part => Snapshot.Of(part.Target)).ToList();
        foreach (var part in Parts)
        {
            SideDirectory.Make(Path.GetDirectoryName(part.Old)!);
            Directory.CreateDirectory(part.Stage);
        }

        files.Write(Path.GetRelativePath(files.Path, Path.Combine(Parts[0].Stage, "new.tssp")), "new data");
        files.Write(Path.GetRelativePath(files.Path, Path.Combine(Parts[1].Stage, "new.wal")), "new log");
        NewState = Parts.Select(part => Snapshot.Of(part.Stage)).ToList();
    }

    public List<RestorePart> Parts { get; }

    public List<IReadOnlyList<string>> OldState { get; }

    public List<IReadOnlyList<string>> NewState { get; }

    public RestoreRecord Restore => new()
    {
        JobId = JobId,
        Cluster = "c",
        Epoch = 1,
        PointId = "20261101T120000Z-3fa9c1",
        State = RestoreState.Decided,
        Parts = Parts,
        MadeParents = [],
        Created = DateTimeOffset.UnixEpoch,
        Changed = DateTimeOffset.UnixEpoch,
    };

    public IReadOnlyList<IReadOnlyList<string>> State => [.. Parts.Select(part => Snapshot.Of(part.Target))];

    public static void Forward(SwapScene scene, IStepHook hook)
    {
        var swap = new DirectorySwap("node1", hook);
        swap.Guard(scene.Restore, () => { });
        swap.Place(scene.Restore, () => { });
    }

    public static void Back(SwapScene scene, IStepHook hook) =>
        new DirectorySwap("node1", hook).Back(scene.Restore, () => { });

    public void AssertAllNew() => Assert.Equal(NewState, State);

    public void AssertAllOld() => Assert.Equal(OldState, State);

    /// <summary>No mixture that a database could start on: where one part is new, no other is a live old directory.</summary>
    public void AssertNoMixture()
    {
        var kinds = Parts.Select((part, i) => NativeFiles.Look(part.Target).Kind != FileKind.Directory
            ? "guarded or missing"
            : Snapshot.Of(part.Target).SequenceEqual(NewState[i]) ? "new" : "old").ToList();
        Assert.False(kinds.Contains("new") && kinds.Contains("old"), string.Join(", ", kinds));
    }

    public void Dispose() => files.Dispose();

    private RestorePart Part(string root, bool content)
    {
        var target = files.At("db", root);
        return new RestorePart(
            "i", root, target, SideDirectory.Stage(target, JobId, "i", root), SideDirectory.Old(target, JobId, "i", root), content);
    }
}
