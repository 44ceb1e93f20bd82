namespace Cairn.Repository;

/// <summary>Collects what a restore could not bring back; the first thousand are named, all are counted. Safe for concurrent use.</summary>
internal sealed class AttributeNotes
{
    private const int MaxNotes = 1000;

    private readonly Lock gate = new();
    private readonly List<AttributeNote> notes = [];

    public long Count { get; private set; }

    public IReadOnlyList<AttributeNote> Named
    {
        get
        {
            lock (gate)
            {
                return [.. notes];
            }
        }
    }

    public void Add(AttributeNote note)
    {
        lock (gate)
        {
            Count++;
            if (notes.Count < MaxNotes)
            {
                notes.Add(note);
            }
        }
    }
}
