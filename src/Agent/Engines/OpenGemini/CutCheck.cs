using System.Globalization;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>
/// Compares the copies of every replica group: no commit index that was saved may lie above the last entry of a majority of the
/// copies. Else two copies that are behind would elect a leader between them and give the same indexes out again, and what is
/// written after the restore would be lost on the third [ran H2, H3]; nor above the copy's own last entry: such a store
/// does not start [ran H7]. Databases with a single copy need no comparison.
/// </summary>
internal sealed class CutCheck
{
    private const string Sentence =
        "all points acknowledged before the backup's start; points acknowledged while it was made may be there or not";

    private const string ExactSentence =
        "all points acknowledged before writes were blocked, and none acknowledged after they were released";

    private const string ColdSentence = "all points of the stopped servers, as they stood on disk";

    private const string NativeSentence =
        "of each node, what its store had in TSSP files when its own native backup copied them; points that were only in memory or in a write-ahead log then are not in it";

    private const string SelectedWords = "of the selected databases alone: ";

    private readonly HashSet<string> stores = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Database, long Partition), (string Node, PositionEvidence Position)> positions = [];
    private readonly Dictionary<(string Database, long Partition), LogEvidence> logs = [];
    private readonly List<string> findings = [];
    private readonly HashSet<string> features = new(StringComparer.Ordinal);
    private IReadOnlyList<GroupEvidence>? groups;
    private bool consistent = true;
    private bool cold;
    private bool exact;
    private bool native;
    private bool selected;
    private IReadOnlyList<string> storesExpected = [];

    /// <summary>The verdict on what all nodes handed over.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> for evidence that is not this engine's.</exception>
    public static CutVerdict Check(IReadOnlyList<CutEvidence> evidence)
    {
        var check = new CutCheck();
        foreach (var item in evidence.Where(e => !e.Evidence.IsEmpty))
        {
            check.Add(item);
        }

        return check.Judge();
    }

    private void Add(CutEvidence item)
    {
        Evidence parsed;
        try
        {
            parsed = Evidence.Parse(item.Evidence);
        }
        catch (InvalidDataException wrong)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"the evidence of step {item.Step} cannot be used: {wrong.Message}",
                "use agents of one version",
                node: item.Node,
                subject: item.Instance,
                cause: wrong);
        }

        cold |= parsed.Cold;
        exact |= parsed.Exact;
        native |= parsed.Native;
        selected |= parsed.Selected;
        groups = parsed.Groups ?? groups;
        storesExpected = parsed.Stores ?? storesExpected;
        if (parsed.Store is { } store)
        {
            stores.Add(store);
        }

        features.UnionWith(parsed.Features ?? []);
        foreach (var position in parsed.Positions ?? [])
        {
            if (!positions.TryAdd((position.Database, position.Partition), (item.Node, position)))
            {
                Inconsistent($"partition {position.Partition} of '{position.Database}' was captured on two nodes, {item.Node} and "
                    + positions[(position.Database, position.Partition)].Node);
            }
        }

        foreach (var log in parsed.Logs ?? [])
        {
            logs[(log.Database, log.Partition)] = log;
        }
    }

    private CutVerdict Judge()
    {
        var compared = new HashSet<(string, long)>();
        foreach (var group in groups ?? DeriveGroups())
        {
            Compare(group);
            compared.UnionWith(group.Members.Select(m => (group.Database, m)));
        }

        foreach (var (key, (node, _)) in positions.Where(p => !compared.Contains(p.Key)))
        {
            if (groups is null)
            {
                features.Add(Caveats.GroupsNotCompared);
                findings.Add($"partition {key.Partition} of '{key.Database}' on {node} names no group and was not compared");
            }
            else
            {
                findings.Add($"partition {key.Partition} of '{key.Database}' on {node} belongs to no replica group of the catalogue");
            }
        }

        foreach (var ((database, partition), (node, position)) in positions)
        {
            CheckAlone(node, position, logs.GetValueOrDefault((database, partition)));
        }

        if (storesExpected.Where(store => !stores.Contains(store)).ToList() is { Count: > 0 } missing)
        {
            Inconsistent($"the catalogue names the store(s) {string.Join(", ", missing)}, of which there is no part");
        }

        if (findings.Count == 0)
        {
            findings.Add("every database has a single copy: nothing to compare");
        }

        var sentence = cold ? ColdSentence : native ? NativeSentence : exact ? ExactSentence : Sentence;
        sentence = selected ? SelectedWords + sentence : sentence;
        var known = features.Where(IsCaveat).Order(StringComparer.Ordinal);
        return new CutVerdict(consistent, findings, sentence, [.. known.Select(name => Caveats.Of(name))]);
    }

    // Stopped servers cannot be asked; raft.meta names the voters, whose Raft ids are partition ids plus one.
    private IEnumerable<GroupEvidence> DeriveGroups() => positions.Values
        .Where(p => p.Position.Voters.Count > 0)
        .GroupBy(p => (p.Position.Database, Voters: string.Join(',', p.Position.Voters.Order())))
        .Select(g => new GroupEvidence(
            g.Key.Database,
            g.Min(p => p.Position.Partition),
            -1,
            [.. g.First().Position.Voters.Order().Select(voter => (long)voter - 1)]));

    private void Compare(GroupEvidence group)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"replica group {group.Id} of '{group.Database}'");
        if (group.Members.Count is 0 or > 64)
        {
            Inconsistent($"{name} has {group.Members.Count} members");
            return;
        }

        var missing = group.Members.Where(m => !positions.ContainsKey((group.Database, m)) || !logs.ContainsKey((group.Database, m))).ToList();
        if (missing.Count > 0)
        {
            Inconsistent($"{name}: the positions of partition {string.Join(", ", missing)} were not captured; it is new, or was moved meanwhile");
            return;
        }

        var members = group.Members.Select(m => (Position: positions[(group.Database, m)].Position, Log: logs[(group.Database, m)])).ToList();
        var lasts = members.Select(m => LastOf(m.Position, m.Log)).OrderDescending().ToList();
        var majority = lasts[group.Members.Count / 2];
        var commit = members.Max(m => m.Position.Commit);
        var numbers = $"commits {string.Join(", ", members.Select(m => m.Position.Commit))}; last entries {string.Join(", ", members.Select(m => LastOf(m.Position, m.Log)))}";
        if (commit > majority)
        {
            Inconsistent($"{name}: commit {commit} lies above entry {majority}, the last that a majority of the copies has ({numbers})");
        }
        else
        {
            findings.Add($"{name}: commit {commit} is covered by a majority up to entry {majority} ({numbers})");
        }
    }

    private void CheckAlone(string node, PositionEvidence position, LogEvidence? log)
    {
        var name = $"partition {position.Partition} of '{position.Database}' on {node}";
        if (log is null)
        {
            findings.Add($"{name}: its entries were gone when they were to be copied");
            return;
        }

        if (position.Commit > LastOf(position, log))
        {
            Inconsistent($"{name}: commit {position.Commit} lies above its own last entry {log.Last}; the store would not start with it");
        }

        if (log.First > position.SnapshotIndex + 1)
        {
            Inconsistent($"{name}: entries begin at {log.First}, the snapshot ends at {position.SnapshotIndex}; what lies between was trimmed meanwhile");
        }
    }

    private static ulong LastOf(PositionEvidence position, LogEvidence log) => Math.Max(log.Last, position.SnapshotIndex);

    private static bool IsCaveat(string name)
    {
        try
        {
            _ = Caveats.Of(name);
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    private void Inconsistent(string finding)
    {
        consistent = false;
        findings.Add(finding);
    }
}
