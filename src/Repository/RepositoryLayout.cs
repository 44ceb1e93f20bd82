using System.Globalization;

namespace Cairn.Repository;

/// <summary>Builds and parses every path of a repository; nothing else does.</summary>
internal sealed class RepositoryLayout(string root)
{
    public const string MarkerName = "cairn-repository";
    public const string LockName = "lock";
    public const string KeysName = "keys";

    private const string ManifestSuffix = ".manifest";
    private const string CommitSuffix = ".commit";
    private const string JournalSuffix = ".journal";
    private const string TombstoneSuffix = ".tombstone";
    private const string PackSuffix = ".pack";
    private const string KeySlotSuffix = ".slot";

    public string Root { get; } = root;

    /// <summary>Nothing may be made in it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The keys of an encrypted repository; set once, when it is opened, and null for one that is not encrypted.</summary>
    public RepositoryKeyring? Keyring { get; set; }

    public string Marker => Path.Combine(Root, MarkerName);

    public string Lock => Path.Combine(Root, LockName);

    public string Chains => Path.Combine(Root, "chains");

    public string Tombstones => Path.Combine(Root, "tombstones");

    /// <summary>Where points are restored to for a proof; not part of what is kept.</summary>
    public string Scratch => Path.Combine(Root, "scratch");

    public string Keys => Path.Combine(Root, KeysName);

    public string KeysLock => Path.Combine(Keys, LockName);

    public string KeySlot(uint number) => Path.Combine(Keys, number.ToString("x8", CultureInfo.InvariantCulture) + KeySlotSuffix);

    public IEnumerable<uint> ListKeySlots() => ListNumbers(Keys, KeySlotSuffix);

    public string Tombstone(PointId point) => Path.Combine(Tombstones, point.Text + TombstoneSuffix);

    public ChainLayout Chain(ChainId chain) => new(this, chain, Path.Combine(Chains, chain.Text));

    /// <summary>As people see it in reports: below the repository.</summary>
    public string Relative(string path) => Path.GetRelativePath(Root, path);

    public IEnumerable<ChainLayout> ListChains() =>
        Directory.Exists(Chains)
            ? Directory.EnumerateDirectories(Chains)
                .Select(path => (Valid: ChainId.TryParse(Path.GetFileName(path), out var id), Id: id))
                .Where(c => c.Valid)
                .Select(c => Chain(c.Id))
                .OrderBy(c => c.Id)
            : [];

    public IEnumerable<PointId> ListTombstones() => ListPoints(Tombstones, TombstoneSuffix);

    private static IEnumerable<PointId> ListPoints(string directory, string suffix) =>
        ListNames(directory, suffix)
            .Select(name => (Valid: PointId.TryParse(name, out var id), Id: id))
            .Where(p => p.Valid)
            .Select(p => p.Id)
            .Order();

    // Eight hex digits.
    private static IEnumerable<uint> ListNumbers(string directory, string suffix) =>
        ListNames(directory, suffix)
            .Where(name => name.Length == 8 && uint.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
            .Select(name => uint.Parse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
            .Order();

    private static IEnumerable<string> ListNames(string directory, string suffix) =>
        Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, "*" + suffix).Select(path => Path.GetFileName(path)[..^suffix.Length])
            : [];

    /// <summary>The paths of one chain.</summary>
    public sealed class ChainLayout(RepositoryLayout repository, ChainId id, string root)
    {
        public ChainId Id { get; } = id;

        public RepositoryLayout Repository { get; } = repository;

        public string Root { get; } = root;

        /// <summary>
        /// How the chain's records and blocks are named and sealed. Throws <see cref="RepositoryDamagedException"/> when the chain's key is missing or damaged.
        /// </summary>
        public ChainSealing Sealing => Repository.Keyring?.Find(this) ?? ChainSealing.Plain;

        /// <summary>The chain's key; in encrypted repositories only.</summary>
        public string Key => Path.Combine(Root, "key");

        public string RecoveryPage => Path.Combine(Root, "RECOVER.md");

        public string RecoveryScript => Path.Combine(Root, "recover.py");

        public string Packs => Path.Combine(Root, "packs");

        public string Manifests => Path.Combine(Root, "manifests");

        public string Commits => Path.Combine(Root, "commits");

        public string Journals => Path.Combine(Root, "journals");

        /// <summary>Where files are made that go with the process.</summary>
        public string Scratch => Repository.IsReadOnly ? Path.GetTempPath() : Journals;

        public string Pack(uint number) =>
            Path.Combine(Packs, number.ToString("x8", CultureInfo.InvariantCulture) + PackSuffix);

        public string Manifest(PointId point) => Path.Combine(Manifests, point.Text + ManifestSuffix);

        public string Commit(PointId point) => Path.Combine(Commits, point.Text + CommitSuffix);

        public string Journal(PointId point, int attempt) =>
            Path.Combine(Journals, $"{point.Text}.{attempt.ToString("d4", CultureInfo.InvariantCulture)}{JournalSuffix}");

        public IEnumerable<PointId> ListManifests() => ListPoints(Manifests, ManifestSuffix);

        public IEnumerable<PointId> ListCommits() => ListPoints(Commits, CommitSuffix);

        public IEnumerable<uint> ListPacks() => ListNumbers(Packs, PackSuffix);

        public IEnumerable<PointId> ListJournaled() => ParseJournals().Select(j => j.Point).Distinct().Order();

        public IReadOnlyList<int> ListAttempts(PointId point) =>
            ParseJournals().Where(j => j.Point == point).Select(j => j.Attempt).Order().ToList();

        private IEnumerable<(PointId Point, int Attempt)> ParseJournals()
        {
            foreach (var name in ListNames(Journals, JournalSuffix))
            {
                var dot = name.IndexOf('.', StringComparison.Ordinal);
                if (dot > 0 && PointId.TryParse(name[..dot], out var point) &&
                    int.TryParse(name[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt))
                {
                    yield return (point, attempt);
                }
            }
        }
    }
}
