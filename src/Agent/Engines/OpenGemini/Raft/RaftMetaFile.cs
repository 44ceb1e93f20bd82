using System.Buffers.Binary;

namespace Cairn.Agent.Engines.OpenGemini.Raft;

/// <summary>
/// What <c>raft.meta</c> of a replicated partition says. All numbers big-endian: the copy's Raft id at offset 0; at 512 a
/// length (4 bytes) and etcd's HardState (term, vote, commit as protobuf fields 1, 2, 3); at 1024 the index and at 1032 the
/// term of the last Raft snapshot, at 1040 a length (4 bytes) and etcd's Snapshot, whose metadata name the voters.
/// Seen in files of v1.5.2 servers; the file is 1 MiB, mostly a hole.
/// </summary>
/// <param name="RaftId">The copy's own id in its group: partition id + 1.</param>
/// <param name="Term">The current term.</param>
/// <param name="Commit">The highest index known to be committed.</param>
/// <param name="SnapshotIndex">Everything up to here is in TSSP files (or about to be); 0 when there is no snapshot.</param>
/// <param name="SnapshotTerm">Its term.</param>
/// <param name="Voters">Raft ids of the group's members as of the snapshot; empty when there is none.</param>
internal sealed record RaftMetaFile(
    ulong RaftId, ulong Term, ulong Commit, ulong SnapshotIndex, ulong SnapshotTerm, IReadOnlyList<ulong> Voters)
{
    private const int HardStateOffset = 512;
    private const int SnapshotOffset = 1024;
    private const int HardStateRoom = SnapshotOffset - HardStateOffset - 4;
    private const int ReadBytes = 64 << 10;
    private const int MaxVoters = 1024;

    /// <summary>Reads a file; of its MiB only the first 64 KiB, where everything known stands.</summary>
    /// <exception cref="InvalidDataException">It is not a <c>raft.meta</c>.</exception>
    public static RaftMetaFile Read(string path)
    {
        using var file = File.OpenHandle(path);
        var buffer = new byte[ReadBytes];
        var got = 0;
        while (got < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(got), got) is > 0 and var read)
        {
            got += read;
        }

        return Parse(buffer.AsSpan(0, got));
    }

    /// <summary>Parses the beginning of a file.</summary>
    /// <exception cref="InvalidDataException">It is not a <c>raft.meta</c>.</exception>
    public static RaftMetaFile Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SnapshotOffset + 20)
        {
            throw new InvalidDataException($"raft.meta has only {bytes.Length} bytes");
        }

        var (term, commit) = ParseHardState(Slice(bytes, HardStateOffset, HardStateRoom, "hard state"));
        var index = BinaryPrimitives.ReadUInt64BigEndian(bytes[SnapshotOffset..]);
        var snapshotTerm = BinaryPrimitives.ReadUInt64BigEndian(bytes[(SnapshotOffset + 8)..]);
        var snapshot = Slice(bytes, SnapshotOffset + 16, bytes.Length - SnapshotOffset - 20, "snapshot");
        var voters = ParseVoters(snapshot, index, snapshotTerm);
        return new RaftMetaFile(BinaryPrimitives.ReadUInt64BigEndian(bytes), term, commit, index, snapshotTerm, voters);
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, int at, int room, string what)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        return length <= (uint)room
            ? bytes.Slice(at + 4, (int)length)
            : throw new InvalidDataException($"raft.meta: the {what} claims {length} bytes where {room} are possible");
    }

    private static (ulong Term, ulong Commit) ParseHardState(ReadOnlySpan<byte> message)
    {
        ulong term = 0, commit = 0;
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            (term, commit) = fields.Field switch
            {
                1 => (fields.Number, commit),
                3 => (term, fields.Number),
                _ => (term, commit),
            };
        }

        return (term, commit);
    }

    private static List<ulong> ParseVoters(ReadOnlySpan<byte> message, ulong headerIndex, ulong headerTerm)
    {
        var voters = new List<ulong>();
        ulong index = 0, term = 0;
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field != 2)
            {
                continue;
            }

            var metadata = new ProtobufReader(fields.Bytes);
            while (metadata.Next())
            {
                (index, term) = metadata.Field switch
                {
                    2 => (metadata.Number, term),
                    3 => (index, metadata.Number),
                    _ => (index, term),
                };
                if (metadata.Field == 1)
                {
                    AddVoters(metadata.Bytes, voters);
                }
            }
        }

        return index == headerIndex && term == headerTerm
            ? voters
            : throw new InvalidDataException(
                $"raft.meta: the snapshot says {term}/{index}, its header {headerTerm}/{headerIndex}");
    }

    private static void AddVoters(ReadOnlySpan<byte> configuration, List<ulong> voters)
    {
        var fields = new ProtobufReader(configuration);
        while (fields.Next())
        {
            if (fields.Field == 1)
            {
                if (!fields.Bytes.IsEmpty || voters.Count >= MaxVoters)
                {
                    throw new InvalidDataException("raft.meta: the list of voters is not what it should be");
                }

                voters.Add(fields.Number);
            }
        }
    }
}
