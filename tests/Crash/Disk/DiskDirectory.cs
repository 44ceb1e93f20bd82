namespace Cairn.Crash.Disk;

/// <summary>A directory's names as programs see them, as they are surely on the disk, and the changes between the two.</summary>
internal sealed class DiskDirectory
{
    private readonly Dictionary<string, object> current = new(StringComparer.Ordinal);
    private readonly List<NameChange> pending = [];
    private Dictionary<string, object> durable = new(StringComparer.Ordinal);

    /// <summary>Each name's <see cref="DiskFile"/> or <see cref="DiskDirectory"/>.</summary>
    public IReadOnlyDictionary<string, object> Current => current;

    public IReadOnlyDictionary<string, object> Durable => durable;

    public IReadOnlyList<NameChange> Pending => pending;

    public void Change(params (string Name, object? Node)[] names)
    {
        var change = new NameChange(names);
        change.ApplyTo(current);
        pending.Add(change);
    }

    public void Sync()
    {
        durable = new Dictionary<string, object>(current, StringComparer.Ordinal);
        pending.Clear();
    }

    /// <summary>Names that change together: one, or the two of a rename. No node: the name goes.</summary>
    internal sealed record NameChange((string Name, object? Node)[] Names)
    {
        public void ApplyTo(Dictionary<string, object> directory)
        {
            foreach (var (name, node) in Names)
            {
                if (node is null)
                {
                    directory.Remove(name);
                }
                else
                {
                    directory[name] = node;
                }
            }
        }
    }
}
