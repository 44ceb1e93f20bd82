namespace Cairn.Crash.Disk;

/// <summary>What of the changes is found after a crash. What was synced is always there.</summary>
internal abstract class Survival
{
    public abstract IReadOnlyDictionary<string, object> NamesOf(DiskDirectory directory);

    public abstract ReadOnlySpan<byte> ContentOf(DiskFile file);

    /// <summary>The process was killed: the kernel still has all that it was told.</summary>
    public sealed class OfKill : Survival
    {
        public override IReadOnlyDictionary<string, object> NamesOf(DiskDirectory directory) => directory.Current;

        public override ReadOnlySpan<byte> ContentOf(DiskFile file) => file.Current;

        public override string ToString() => "killed";
    }

    /// <summary>Power was lost, and nothing was on the disk that was not synced.</summary>
    public sealed class OfSynced : Survival
    {
        public override IReadOnlyDictionary<string, object> NamesOf(DiskDirectory directory) => directory.Durable;

        public override ReadOnlySpan<byte> ContentOf(DiskFile file) => file.Durable;

        public override string ToString() => "power lost, nothing that was not synced";
    }

    /// <summary>
    /// Power was lost, and of what was not synced some was on the disk, in no order: writes whole, torn at a sector or not at all, lengths without their bytes, names
    /// without those made before them.
    /// </summary>
    public sealed class OfSome(int seed) : Survival
    {
        private const int SectorBytes = 512;
        private readonly Random random = new(seed);

        public override IReadOnlyDictionary<string, object> NamesOf(DiskDirectory directory)
        {
            var names = new Dictionary<string, object>(directory.Durable, StringComparer.Ordinal);
            var lost = new HashSet<string>(StringComparer.Ordinal);
            foreach (var change in directory.Pending)
            {
                // What builds on a lost change of the same name cannot be there.
                if (change.Names.Any(n => lost.Contains(n.Name)) || random.Next(2) == 0)
                {
                    lost.UnionWith(change.Names.Select(n => n.Name));
                    continue;
                }

                change.ApplyTo(names);
            }

            return names;
        }

        public override ReadOnlySpan<byte> ContentOf(DiskFile file)
        {
            var content = file.Durable;
            foreach (var edit in file.Pending)
            {
                switch (random.Next(4))
                {
                    case 0:
                        content = edit.ApplyTo(content);
                        break;
                    case 1 when edit.Bytes is { } bytes:
                        content = (edit with { Bytes = bytes[..(random.Next(bytes.Length + 1) / SectorBytes * SectorBytes)] }).ApplyTo(content);
                        break;
                    case 2 when edit.Bytes is { } bytes:
                        content = (edit with { Bytes = new byte[bytes.Length] }).ApplyTo(content);
                        break;
                }
            }

            return content;
        }

        public override string ToString() => $"power lost, some of what was not synced (seed {seed})";
    }
}
