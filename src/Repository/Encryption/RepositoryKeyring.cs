namespace Cairn.Repository;

/// <summary>
/// The keys of an encrypted repository: its master key, the slots that wrap it, and the keys of its chains. Changing slots rewrites no data. Members
/// may be called concurrently, also while another process writes backups; slots are changed by one process at a time.
/// </summary>
public sealed class RepositoryKeyring : IDisposable
{
    private readonly RepositoryLayout layout;
    private readonly RepositoryId repository;
    private readonly TimeProvider time;
    private readonly SecretBytes master;
    private readonly Lock gate = new();
    private readonly Dictionary<ChainId, AesChainSealing> chains = [];

    private RepositoryKeyring(RepositoryLayout layout, RepositoryId repository, SecretBytes master, uint openedWith, TimeProvider time) =>
        (this.layout, this.repository, this.master, OpenedWith, this.time) = (layout, repository, master, openedWith, time);

    /// <summary>The slot that the repository was opened with.</summary>
    public uint OpenedWith { get; }

    /// <summary>All slots by number, the removed and the damaged ones too.</summary>
    public IReadOnlyList<KeySlotInfo> List() => ReadAll().Select(s => s.Slot?.Describe() ?? s.Damaged()).ToList();

    /// <summary>
    /// Makes another slot that opens the repository, durably. Throws <see cref="RepositoryLockedException"/> while another process changes slots,
    /// <see cref="ArgumentException"/> for a label of more than 128 bytes.
    /// </summary>
    public KeySlotInfo Add(RepositoryKey key, string label)
    {
        using var keysLock = WriterLock.Acquire(layout.KeysLock, layout.Root);
        return AddUnderLock(key, label);
    }

    /// <summary>
    /// Replaces a live slot by one with another key: first the new one is made, then the old one is emptied, so that the repository can be opened at
    /// every moment. A crash in between leaves both. Throws as <see cref="Add"/> and <see cref="Remove"/>.
    /// </summary>
    public KeySlotInfo Rotate(uint number, RepositoryKey key, string label)
    {
        using var keysLock = WriterLock.Acquire(layout.KeysLock, layout.Root);
        var old = FindLive(ReadAll(), number);
        var added = AddUnderLock(key, label.Length == 0 ? old.Label : label);
        Publish(layout, old.Emptied(time.GetUtcNow()));
        return added;
    }

    /// <summary>
    /// Empties a slot, durably: its key opens nothing any more. A copy of the slot's file that was made before still does, so a key that others know
    /// asks for new chains in a new repository. Throws <see cref="KeySlotNotFoundException"/>, <see cref="LastKeySlotException"/> when no other slot
    /// that can be read opens the repository, <see cref="RepositoryLockedException"/>.
    /// </summary>
    public void Remove(uint number)
    {
        using var keysLock = WriterLock.Acquire(layout.KeysLock, layout.Root);
        var all = ReadAll();
        var slot = FindLive(all, number);
        if (!all.Any(s => s.Slot is { Removed: null } other && other.Number != number))
        {
            throw new LastKeySlotException(layout.Root, number);
        }

        Publish(layout, slot.Emptied(time.GetUtcNow()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var chain in chains.Values)
        {
            chain.Dispose();
        }

        master.Dispose();
    }

    /// <summary>Makes the master key and the first slot of a repository that is being made; its marker comes afterwards.</summary>
    internal static RepositoryKeyring Create(RepositoryLayout layout, RepositoryId repository, RepositoryKey key, TimeProvider time)
    {
        DurableFile.EnsureDirectory(layout.Keys);

        // Slots of a repository that was never finished open nothing.
        foreach (var leftover in layout.ListKeySlots().ToList())
        {
            DurableFile.RemoveIfThere(layout.KeySlot(leftover));
        }

        var master = SecretBytes.Random(KeyDerivation.KeyBytes);
        Publish(layout, KeySlotFormat.Make(repository, number: 1, key, label: "first", master.Span, time.GetUtcNow()));
        return new RepositoryKeyring(layout, repository, master, openedWith: 1, time);
    }

    /// <summary>
    /// Tries every slot. Throws <see cref="KeySlotRemovedException"/>, <see cref="KeySlotDamagedException"/> when a slot that might have been
    /// this key's is damaged, else <see cref="KeyWrongException"/>.
    /// </summary>
    internal static RepositoryKeyring Open(RepositoryLayout layout, RepositoryId repository, RepositoryKey key, TimeProvider time)
    {
        var all = ReadAll(layout, repository);
        foreach (var slot in all.Select(s => s.Slot).OfType<KeySlot>().OrderBy(s => s.Removed.HasValue))
        {
            if (TryKey(layout, slot, key, out var master))
            {
                return master is null
                    ? throw new KeySlotRemovedException(layout.Root, slot)
                    : new RepositoryKeyring(layout, repository, master, slot.Number, time);
            }
        }

        if (all.FirstOrDefault(s => s.Slot is null) is { Damage: { } damage } damaged)
        {
            throw new KeySlotDamagedException(layout.KeySlot(damaged.Number), damage);
        }

        throw all.Count == 0
            ? new KeySlotDamagedException(layout.Keys, "the repository is encrypted, and its key slots are gone")
            : new KeyWrongException(layout.Root, key.Kind, all.Count(s => s.Slot is { Removed: null }));
    }

    /// <summary>How the chain is sealed. Throws <see cref="RepositoryDamagedException"/> when its key is missing or damaged.</summary>
    internal ChainSealing Find(RepositoryLayout.ChainLayout chain)
    {
        lock (gate)
        {
            if (!chains.TryGetValue(chain.Id, out var sealing))
            {
                chains[chain.Id] = sealing = new AesChainSealing(chain.Id, ChainKey.Read(chain, master.Span));
            }

            return sealing;
        }
    }

    /// <summary>
    /// Makes the key of a chain that is being begun; one that is there stays. Throws <see cref="RepositoryDamagedException"/> when the chain has data
    /// already: a new key would not open them.
    /// </summary>
    internal void EnsureChainKey(RepositoryLayout.ChainLayout chain)
    {
        if (UnixStat.TryRead(chain.Key) is not null)
        {
            return;
        }

        if (chain.ListPacks().Any() || chain.ListManifests().Any() || chain.ListCommits().Any())
        {
            throw ChainKey.Missing(chain);
        }

        ChainKey.Create(chain, master.Span);
    }

    private static bool TryKey(RepositoryLayout layout, KeySlot slot, RepositoryKey key, out SecretBytes? master)
    {
        try
        {
            return KeySlotFormat.TryKey(slot, key, out master);
        }
        catch (InvalidDataException e)
        {
            throw new KeySlotDamagedException(layout.KeySlot(slot.Number), e.Message, e);
        }
    }

    private static void Publish(RepositoryLayout layout, KeySlot slot) =>
        DurableFile.Write(layout.KeySlot(slot.Number), KeySlotFormat.Encode(slot));

    private static List<FoundSlot> ReadAll(RepositoryLayout layout, RepositoryId repository) =>
        layout.ListKeySlots().Select(number => Read(layout, repository, number)).ToList();

    private static FoundSlot Read(RepositoryLayout layout, RepositoryId repository, uint number)
    {
        try
        {
            var plain = BlockFile.TryReadSingle(layout.KeySlot(number), new BlockOwner(FileKind.KeySlot, ""), BlockKind.KeySlot, ChainSealing.Plain) ??
                throw new InvalidDataException("vanished while it was read");
            return new FoundSlot(number, KeySlotFormat.Decode(plain, repository, number), null);
        }
        catch (Exception e) when (e is InvalidDataException or RepositoryDamagedException)
        {
            return new FoundSlot(number, null, e.Message);
        }
    }

    private List<FoundSlot> ReadAll() => ReadAll(layout, repository);

    private KeySlot FindLive(List<FoundSlot> all, uint number) =>
        all.FirstOrDefault(s => s.Number == number)?.Slot is { Removed: null } slot
            ? slot
            : throw new KeySlotNotFoundException(layout.Root, number);

    private KeySlotInfo AddUnderLock(RepositoryKey key, string label)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(label) > KeySlot.MaxLabelBytes)
        {
            throw new ArgumentException($"the label has more than {KeySlot.MaxLabelBytes} bytes", nameof(label));
        }

        var number = layout.ListKeySlots().DefaultIfEmpty().Max() + 1;
        var slot = KeySlotFormat.Make(repository, number, key, label, master.Span, time.GetUtcNow());
        Publish(layout, slot);
        return slot.Describe();
    }

    /// <summary>A slot's file: what it holds, or what is wrong with it.</summary>
    private sealed record FoundSlot(uint Number, KeySlot? Slot, string? Damage)
    {
        public KeySlotInfo Damaged() => new(Number, Kind: null, Label: "", Created: null, Removed: null, Damage);
    }
}
