using System.Buffers.Binary;
using Cairn.Agent.Engines.OpenGemini.Raft;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Raft;

public sealed class RaftFilesTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("iot", 4UL, 14UL, 13UL)]
    [InlineData("ops", 3UL, 9UL, 9UL)]
    public void The_positions_of_real_replicas_are_read(string database, ulong term, ulong commit, ulong snapshot)
    {
        Fixtures.Unpack("replica-golden", scratch.Path);

        for (var node = 1; node <= 3; node++)
        {
            var meta = RaftMetaFile.Read($"{Entries(node, database)}/raft.meta");

            Assert.Equal((ulong)node, meta.RaftId);
            Assert.Equal((term, commit, snapshot, 3UL), (meta.Term, meta.Commit, meta.SnapshotIndex, meta.SnapshotTerm));
            Assert.Equal([1UL, 2UL, 3UL], meta.Voters);
        }
    }

    [Theory]
    [InlineData("iot", 14UL, 4UL)]
    [InlineData("ops", 9UL, 3UL)]
    public void The_entries_of_real_replicas_are_read(string database, ulong last, ulong term)
    {
        Fixtures.Unpack("replica-golden", scratch.Path);

        var log = RaftLog.Read(Entries(2, database));

        Assert.Equal(new RaftLog(1, last, term, 1), log);
    }

    [Fact]
    public void Several_entry_files_follow_one_another()
    {
        var directory = Directory.CreateDirectory(scratch.At("log")).FullName;
        WriteEntries($"{directory}/00001.entry", 5, 3, term: 2);
        WriteEntries($"{directory}/00002.entry", 8, 4, term: 3);
        WriteEntries($"{directory}/00003.entry", 0, 0, term: 0);

        Assert.Equal(new RaftLog(5, 11, 3, 3), RaftLog.Read(directory));
    }

    [Fact]
    public void A_gap_between_entry_files_is_damage()
    {
        var directory = Directory.CreateDirectory(scratch.At("log")).FullName;
        WriteEntries($"{directory}/00001.entry", 5, 3, term: 2);
        WriteEntries($"{directory}/00002.entry", 9, 1, term: 3);

        var damaged = Assert.Throws<InvalidDataException>(() => RaftLog.Read(directory));

        Assert.Contains("begins at index 9, the file before it ends at 7", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_whose_data_are_cut_off_are_damage()
    {
        var path = scratch.At("00001.entry");
        WriteEntries(path, 1, 3, term: 1);
        using (var file = File.Open(path, FileMode.Open))
        {
            file.SetLength(file.Length - 4);
        }

        Assert.Throws<InvalidDataException>(() => RaftEntryFile.Read(path));
    }

    [Fact]
    public void An_index_that_does_not_follow_is_damage()
    {
        var path = scratch.At("00001.entry");
        WriteEntries(path, 1, 3, term: 1);
        Overwrite(path, RaftEntryFile.SlotBytes + 8, 7);

        var damaged = Assert.Throws<InvalidDataException>(() => RaftEntryFile.Read(path));

        Assert.Contains("index 7", damaged.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(512, 60_000)]
    [InlineData(1040, 0x7FFFFFFF)]
    public void A_length_that_runs_over_its_room_is_damage(int offset, int length)
    {
        var bytes = new byte[4096];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(offset), length);

        Assert.Throws<InvalidDataException>(() => RaftMetaFile.Parse(bytes));
    }

    [Fact]
    public void A_snapshot_that_contradicts_its_header_is_damage()
    {
        Fixtures.Unpack("replica-golden", scratch.Path);
        var bytes = File.ReadAllBytes($"{Entries(1, "iot")}/raft.meta");
        bytes[1031]++;

        Assert.Throws<InvalidDataException>(() => RaftMetaFile.Parse(bytes));
    }

    [Fact]
    public void Any_bytes_are_either_read_or_refused()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[1200];
            random.NextBytes(bytes);
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(512), random.Next(0, 600));
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1040), random.Next(0, 200));

            var thrown = Record.Exception(() => RaftMetaFile.Parse(bytes));

            Assert.True(thrown is null or InvalidDataException, thrown?.ToString());
        }
    }

    /// <summary>Writes an entry file with empty data behind its slots.</summary>
    internal static void WriteEntries(string path, ulong first, int count, ulong term)
    {
        using var file = File.Create(path);
        file.SetLength(RaftEntryFile.DataOffset + (count * 4));
        Span<byte> slot = stackalloc byte[RaftEntryFile.SlotBytes];
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(slot, term);
            BinaryPrimitives.WriteUInt64BigEndian(slot[8..], first + (ulong)i);
            slot[16..24].Clear();
            BinaryPrimitives.WriteUInt64BigEndian(slot[24..], (ulong)(RaftEntryFile.DataOffset + (i * 4)));
            file.Write(slot);
        }
    }

    private string Entries(int node, string database) => scratch.At($"replica/node{node}/wal/wal/{database}/{node - 1}/__raft_entries__");

    private static void Overwrite(string path, long offset, ulong value)
    {
        using var file = File.OpenHandle(path, access: FileAccess.ReadWrite);
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        RandomAccess.Write(file, bytes, offset);
    }
}
