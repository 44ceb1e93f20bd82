namespace Cairn.Repository;

/// <summary>
/// What a copy can lean on: the chain's segments, the base's entries, and what interrupted attempts at the same point made durable. Only segments whose pack
/// is there and long enough are known, so that a lost pack is healed by reading again.
/// </summary>
internal sealed class KnownContent : IDisposable
{
    /// <summary>So much of what was journaled last is read back and hashed before it is relied on.</summary>
    private const long ReadBackBytes = 64L << 20;

    private readonly RepositoryLayout.ChainLayout chain;
    private readonly BeginPoint spec;
    private readonly PackInventory inventory;
    private readonly HashSet<uint> ownPacks = [];

    private KnownContent(RepositoryLayout.ChainLayout chain, BeginPoint spec)
    {
        this.chain = chain;
        this.spec = spec;
        inventory = PackInventory.Take(chain);
        NextPack = inventory.NextNumber;
        (Index, Base, Attempts) = (new SegmentIndex(chain.Scratch), new EntryCatalog(chain.Scratch), new EntryCatalog(chain.Scratch));
    }

    public SegmentIndex Index { get; }

    /// <summary>The pages and piece lists of the chain's points that were read and are whole, by name.</summary>
    public Dictionary<Sha256Digest, SegmentReference> Records { get; } = [];

    /// <summary>The base's entries; empty when there is no base or it is not whole.</summary>
    public EntryCatalog Base { get; private set; }

    /// <summary>Entries of earlier attempts at this point.</summary>
    public EntryCatalog Attempts { get; }

    /// <summary>A base was asked for and this node has not got it.</summary>
    public bool BaseIsMissing { get; private set; }

    /// <summary>The first number that no pack has.</summary>
    public uint NextPack { get; }

    /// <summary>Whether this point wrote the pack, in this attempt or an earlier one.</summary>
    public bool IsOwn(uint pack) => pack >= NextPack || ownPacks.Contains(pack);

    public static KnownContent Load(
        RepositoryLayout.ChainLayout chain, BeginPoint spec, IReadOnlyList<PointId> committed, CancellationToken cancellationToken)
    {
        var known = new KnownContent(chain, spec);
        try
        {
            known.BaseIsMissing = spec.BasePoint is { } wanted && !committed.Contains(wanted);
            if (spec.BasePoint is { } basePoint && !known.BaseIsMissing)
            {
                known.LoadBase(basePoint, cancellationToken);
            }

            foreach (var point in committed.Where(p => p != spec.BasePoint || known.BaseIsMissing))
            {
                known.LoadSegments(point, committed, cancellationToken);
            }

            known.LoadAttempts(cancellationToken);
            known.FindOwnPacks();
            return known;
        }
        catch
        {
            known.Dispose();
            throw;
        }
    }

    /// <summary>Whether the pack is there and long enough for the segment.</summary>
    public bool Holds(in SegmentReference segment) => inventory.Holds(segment.Place);

    public void Dispose()
    {
        Index.Dispose();
        Base.Dispose();
        Attempts.Dispose();
    }

    private void LoadBase(PointId point, CancellationToken cancellationToken)
    {
        try
        {
            using var manifest = ManifestFile.TryOpen(chain, point);
            if (manifest is not null)
            {
                Scan(manifest, Base.AddSource(manifest.ReadEntries()), cancellationToken);
                return;
            }
        }
        catch (RepositoryDamagedException)
        {
            // A damaged manifest is found and reported by verify and list. Here it only means that nothing can be carried over.
        }

        Base.Dispose();
        Base = new EntryCatalog(chain.Scratch);
        BaseIsMissing = true;
    }

    // What other points of the chain have beside the base. While a point's own base is there, too, its list of what it stored says enough; else its pages are
    // read, but each once that several points share.
    private void LoadSegments(PointId point, IReadOnlyList<PointId> committed, CancellationToken cancellationToken)
    {
        try
        {
            using var manifest = ManifestFile.TryOpen(chain, point);
            if (manifest is null)
            {
                return;
            }

            if (manifest.Begun.BasePoint is { } itsBase && committed.Contains(itsBase) && manifest.TryReadNewSegments() is { } stored)
            {
                foreach (var segment in stored)
                {
                    AddIfHeld(segment);
                }
            }
            else
            {
                Scan(manifest, baseSource: null, cancellationToken);
            }
        }
        catch (RepositoryDamagedException)
        {
            // As above: less is known, so that more is stored.
        }
    }

    // Only paths and segments are looked at: what is wrong in an entry is found when it is looked up.
    private void Scan(ManifestFile manifest, int? baseSource, CancellationToken cancellationToken)
    {
        using var scanner = new PageScanner(chain, Records, AddIfHeld);
        var table = manifest.ReadTable();
        for (var i = 0; i < table.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var number = i;
            scanner.Scan(
                table[i].Record,
                baseSource is { } source ? (path, position) => Base.Add(PathKey.Of(path), source, new EntryLocation(number, position)) : null);
        }
    }

    private void LoadAttempts(CancellationToken cancellationToken)
    {
        var last = new Queue<SegmentReference>();
        long queued = 0;
        foreach (var attempt in chain.ListAttempts(spec.Point))
        {
            using var journal = JournalFile.TryOpen(chain, spec.Point, attempt);
            if (journal is null)
            {
                continue;
            }

            using var walk = journal.ReadEntries();
            Walk(walk, Attempts.AddSource(journal.ReadEntries()), Enqueue, cancellationToken);
        }

        ReadBack(last, cancellationToken);

        void Enqueue(SegmentReference segment)
        {
            last.Enqueue(segment);
            queued += segment.Place.RecordLength;
            while (queued > ReadBackBytes)
            {
                var proved = last.Dequeue();
                queued -= proved.Place.RecordLength;
                AddIfHeld(proved);
            }
        }
    }

    // The journal is written after its packs were synced, so it proves what it names; the newest part is proved by hash too, should the disk have lied.
    private void ReadBack(IEnumerable<SegmentReference> segments, CancellationToken cancellationToken)
    {
        using var loader = new SegmentLoader(chain);
        foreach (var segment in segments.DistinctBy(s => s.Place))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (inventory.Holds(segment.Place) && loader.TryLoad(segment, out _, out _))
            {
                Index.Add(segment.Hash, segment.Place);
            }
        }
    }

    private void AddIfHeld(SegmentReference segment)
    {
        if (!segment.IsZero && Holds(segment))
        {
            Index.Add(segment.Hash, segment.Place);
        }
    }

    private void Walk(EntryCursor walk, int source, Action<SegmentReference> onSegment, CancellationToken cancellationToken)
    {
        while (walk.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (walk.Entry.Kind != EntryKind.File)
            {
                continue;
            }

            Attempts.Add(PathKey.Of(walk.Entry.Path), source, walk.Location);
            while (walk.NextSegment(out var segment))
            {
                if (!segment.IsZero)
                {
                    onSegment(segment);
                }
            }
        }
    }

    private void FindOwnPacks()
    {
        foreach (var pack in inventory.Packs)
        {
            if (PackHeader.TryRead(chain, pack)?.Point == spec.Point)
            {
                ownPacks.Add(pack);
            }
        }
    }
}
