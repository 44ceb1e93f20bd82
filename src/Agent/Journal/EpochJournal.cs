using Cairn.Shared.Errors;

namespace Cairn.Agent.Journal;

/// <summary>The highest epoch seen for each cluster: what tells a command of today from one that was overtaken.</summary>
internal sealed class EpochJournal(string node, JournalCollection<EpochRecord> file)
{
    private const string Key = "highest";

    private readonly Lock gate = new();
    private Dictionary<string, long> highest =
        new(file.Find(Key)?.Highest ?? new Dictionary<string, long>(), StringComparer.Ordinal);

    /// <summary>By cluster; 0 is not listed.</summary>
    public IReadOnlyDictionary<string, long> All => Volatile.Read(ref highest);

    /// <summary>
    /// Lets an epoch in that is at least the highest seen; a higher one is durable before this returns.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.StaleEpoch"/>.</exception>
    public void Admit(string cluster, long epoch)
    {
        lock (gate)
        {
            var seen = highest.GetValueOrDefault(cluster);
            if (epoch < seen)
            {
                throw new CairnException(
                    ErrorCode.StaleEpoch,
                    $"the command has epoch {epoch}, but this node has seen epoch {seen} of cluster '{cluster}'",
                    "look at 'cairn job list': a newer job has taken the cluster over; run this one again if it is still wanted",
                    node,
                    cluster);
            }

            if (epoch == seen)
            {
                return;
            }

            var raised = new Dictionary<string, long>(highest, StringComparer.Ordinal) { [cluster] = epoch };
            file.Put(Key, new EpochRecord(raised));
            Volatile.Write(ref highest, raised);
        }
    }
}
