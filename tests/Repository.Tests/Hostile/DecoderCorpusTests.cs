namespace Cairn.Repository.Tests.Hostile;

/// <summary>
/// What decodes bytes of the repository meets bytes that were made to hurt: it ends in a typed error, soon, and without taking memory that the input claims but does
/// not have.
/// </summary>
public sealed class DecoderCorpusTests
{
    private const int Mutants = 4_000;
    private const long MaxAllocatedBytes = 24 << 20;

    private delegate void Decoder(ReadOnlySpan<byte> bytes);

    private static readonly PointId Point = PointId.New(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private static readonly ChainId Chain = ChainId.New(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));

    public static TheoryData<string> Structures => new(Decoders.Keys);

    [Theory]
    [MemberData(nameof(Structures))]
    public void Mutated_bytes_end_in_a_typed_error_within_bounded_memory(string structure)
    {
        var (valid, decode) = Decoders[structure];
        decode(valid);

        foreach (var mutant in MutantsOf(valid, seed: structure.Length))
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var failure = Record.Exception(() => decode(mutant));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.True(
                failure is null or InvalidDataException or RepositoryException, $"{structure}: {Convert.ToHexString(mutant)} ended in {failure}");
            Assert.True(allocated < MaxAllocatedBytes, $"{structure}: {Convert.ToHexString(mutant)} took {allocated} bytes");
        }
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("data/../../etc/passwd")]
    [InlineData("..")]
    [InlineData("data/./a")]
    [InlineData("data//a")]
    [InlineData("data/")]
    [InlineData("")]
    [InlineData("data/a\0b")]
    public void A_path_that_leads_elsewhere_is_refused(string path) => AssertRefused(Entry() with { Path = path });

    [Fact]
    public void Paths_links_and_attributes_beyond_their_bounds_are_refused()
    {
        AssertRefused(Entry() with { Path = "data/" + new string('x', 256) });
        AssertRefused(Entry() with { Path = string.Join('/', Enumerable.Repeat(new string('x', 200), 30)) });
        AssertRefused(Entry() with { Class = new string('c', 65) });
        AssertRefused(Entry() with { Class = "" });
        AssertRefused(Entry() with { Owner = new string('o', 300) });
        AssertRefused(Entry() with { PageBytes = 1000 });
        AssertRefused(Entry() with { LinkedTo = "data/../../etc/passwd" });
        AssertRefused(Entry() with { LinkedTo = "data/a" });
        AssertRefused(Entry() with { Attributes = new UnixAttributes(0x8000 | 0x1A4, 0, 0, 0, 5) });
        AssertRefused(Entry() with { Attributes = new UnixAttributes(0x1A4, 0, 0, 0, -5) });
        AssertRefused(Entry() with { Kind = EntryKind.Directory });
        AssertRefused(Entry() with { Kind = (EntryKind)7 });
        AssertRefused(Symlink(new string('t', 5000)));
        AssertRefused(Symlink("a\0b"));
        AssertRefused(Symlink(""));
        AssertRefused(Entry() with { ExtendedAttributes = [new ExtendedAttributeValue("user.b", new byte[1]), new ExtendedAttributeValue("user.a", new byte[1])] });
        AssertRefused(Entry() with { ExtendedAttributes = [new ExtendedAttributeValue("user.a", new byte[70_000])] });
    }

    private static Dictionary<string, (byte[] Valid, Decoder Decode)> Decoders { get; } = new()
    {
        ["entry"] = (Encode(w => EntryCodec.Write(w, Rich(), sourceProof: 0)), bytes =>
        {
            var reader = new ByteReader(bytes);
            _ = reader.U8();
            EntryCodec.Read(ref reader, out _);
        }),
        ["piece"] = (Encode(w => PieceCodec.Write(w, SegmentReference.Data(default, new SegmentPlace(1, 100, 50, 60)))), bytes =>
        {
            var reader = new ByteReader(bytes);
            PieceCodec.Read(ref reader, mayBeList: true, out _, out _);
        }),
        ["page table"] = (PageTableFormat.Encode([new PageReference(SegmentReference.Data(default, new SegmentPlace(1, 100, 50, 60)), 3)]).Single(), bytes => PageTableFormat.Decode(bytes, [])),
        ["point header"] = (PointHeaderFormat.Encode(Begun()), bytes => PointHeaderFormat.Decode(bytes)),
        ["source notes"] = (SourceNotesFormat.Encode([new SourceNote("data/a", SourceTrouble.Vanished, "gone")]), bytes => SourceNotesFormat.Decode(bytes)),
        ["new segments"] = (NewSegmentsFormat.Encode([SegmentReference.Data(default, new SegmentPlace(1, 100, 50, 60))]), bytes => NewSegmentsFormat.Decode(bytes)),
        ["commit record"] = (RepositoryTest.Record(Begun(), Prepared()).Serialize(), bytes => CommitRecord.Parse(bytes)),
    };

    private static IEnumerable<byte[]> MutantsOf(byte[] valid, int seed)
    {
        // Every length field is among these: four and eight bytes that say "very much".
        for (var at = 0; at < valid.Length; at++)
        {
            foreach (var width in (int[])[1, 2, 4, 8])
            {
                var mutant = (byte[])valid.Clone();
                mutant.AsSpan(at, Math.Min(width, valid.Length - at)).Fill(0xFF);
                yield return mutant;
                mutant = (byte[])mutant.Clone();
                mutant[Math.Min(at + width, valid.Length) - 1] = 0x7F;
                yield return mutant;
            }

            yield return valid[..at];
        }

        var random = new Random(seed);
        for (var i = 0; i < Mutants; i++)
        {
            var mutant = (byte[])valid.Clone();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            }

            yield return mutant;
        }
    }

    private static void AssertRefused(ManifestEntry entry)
    {
        var bytes = Encode(w => EntryCodec.Write(w, entry, sourceProof: 0));

        Assert.Throws<InvalidDataException>(() =>
        {
            var reader = new ByteReader(bytes);
            _ = reader.U8();
            EntryCodec.Read(ref reader, out _);
        });
    }

    private static byte[] Encode(Action<ByteWriter> write)
    {
        var writer = new ByteWriter();
        write(writer);
        return writer.Written.ToArray();
    }

    private static ManifestEntry Entry() => new()
    {
        Path = "data/a",
        Kind = EntryKind.File,
        Attributes = new UnixAttributes(0x1A4, 0, 0, 0, 5),
        Class = "data",
        Immutable = true,
        Sparse = false,
    };

    private static ManifestEntry Symlink(string target) =>
        Entry() with { Kind = EntryKind.Symlink, Attributes = new UnixAttributes(0x1FF, 0, 0, 0, 0), LinkTarget = target };

    private static ManifestEntry Rich() => Entry() with
    {
        Identity = new FileIdentity(1, 2),
        PageBytes = 8192,
        Owner = "taos",
        Group = "taos",
        ExtendedAttributes = [new ExtendedAttributeValue("user.a", new byte[] { 1, 2, 3 }), new ExtendedAttributeValue("user.b", new byte[] { 4 })],
    };

    private static BeginPoint Begun() => new()
    {
        Point = Point,
        Chain = Chain,
        Node = RepositoryTest.NodeName,
        Cluster = "cluster",
        Engine = "files",
        Job = "job",
    };

    private static PreparedManifest Prepared() => new()
    {
        Point = Point,
        Chain = Chain,
        Node = RepositoryTest.NodeName,
        Hash = default,
        Files = 1,
        Bytes = 5,
        StoredBytes = 5,
        NewBytes = 5,
        NewStoredBytes = 5,
        Segments = 1,
        FullInsideChain = false,
    };
}
