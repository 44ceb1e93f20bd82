using System.Text;

namespace Cairn.Repository;

/// <summary>The commit record's bytes: a preamble and one block, stored uncompressed or as zstd makes it.</summary>
internal static class CommitRecordFormat
{
    private const int MaxName = PointHeaderFormat.MaxNameBytes;
    private const int MaxText = 4096;
    private const int MaxList = 4096;
    private const int MaxTopology = 4 * 1024 * 1024;

    public static byte[] Serialize(CommitRecord record)
    {
        if (FindFault(record) is { } fault)
        {
            throw new ArgumentException($"commit record of point {record.Point}: {fault}", nameof(record));
        }

        var writer = new ByteWriter();
        writer.Text(record.Point.Text);
        writer.Text(record.Chain.Text);
        writer.Text(record.BasePoint?.Text ?? string.Empty);
        writer.Text(record.Cluster);
        writer.Text(record.Engine);
        writer.Text(record.Job);
        writer.Text(record.Label);
        writer.I64(record.Created.UtcTicks);
        writer.U8((byte)record.Kind);
        writer.Text(record.Consistency);
        WriteList(writer, record.Caveats);
        writer.U8(record.Partial ? (byte)1 : (byte)0);
        WriteList(writer, record.MissingNodes);
        writer.I64(record.Skew.Ticks);
        writer.Text(record.TopologyJson);
        writer.U32((uint)record.Nodes.Count);
        foreach (var node in record.Nodes.OrderBy(n => n.Node, StringComparer.Ordinal))
        {
            writer.Text(node.Node);
            writer.Digest(node.ManifestHash);
            writer.U64((ulong)node.Files);
            writer.U64((ulong)node.Bytes);
            writer.I64(node.CaptureStart.UtcTicks);
            writer.I64(node.CaptureEnd.UtcTicks);
        }

        return BlockFile.BuildSingle(new BlockOwner(FileKind.Commit, ""), BlockKind.CommitRecord, writer.Written, ChainSealing.Plain);
    }

    public static CommitRecord Parse(ReadOnlySpan<byte> bytes, string path)
    {
        FilePreamble.Check(bytes, FileKind.Commit, path);
        try
        {
            var block = bytes[FilePreamble.Size..];
            var header = BlockCodec.DecodeHeader(block);
            if (header.Kind != BlockKind.CommitRecord || header.TotalLength != block.Length)
            {
                throw new InvalidDataException("truncated, or bytes follow the only block");
            }

            using var codec = new BlockCodec(ChainSealing.Plain, new BlockOwner(FileKind.Commit, ""));
            var record = Decode(codec.Decode(header, block.ToArray(), FilePreamble.Size));
            return FindFault(record) is { } fault ? throw new InvalidDataException(fault) : record;
        }
        catch (InvalidDataException e)
        {
            throw new RepositoryDamagedException(path, e.Message, e);
        }
    }

    private static CommitRecord Decode(ReadOnlySpan<byte> plain)
    {
        var reader = new ByteReader(plain);
        var record = new CommitRecord
        {
            Point = PointHeaderFormat.ReadPoint(ref reader),
            Chain = PointHeaderFormat.ReadChain(ref reader),
            BasePoint = PointHeaderFormat.ReadOptionalPoint(ref reader),
            Cluster = reader.Text(MaxName, "the cluster"),
            Engine = reader.Text(MaxName, "the engine"),
            Job = reader.Text(MaxName, "the job"),
            Label = reader.Text(MaxText, "the label"),
            Created = ReadTime(ref reader),
            Kind = (PointKind)reader.U8(),
            Consistency = reader.Text(MaxText, "the consistency"),
            Caveats = ReadList(ref reader, "caveats"),
            Partial = reader.Flag("partial"),
            MissingNodes = ReadList(ref reader, "missing nodes"),
            Skew = new TimeSpan(reader.I64()),
            TopologyJson = reader.Text(MaxTopology, "the topology"),
            Nodes = ReadNodes(ref reader),
        };
        reader.End();
        return record;
    }

    private static List<NodePart> ReadNodes(ref ByteReader reader)
    {
        var nodes = new List<NodePart>();
        for (var left = ReadCount(ref reader, "nodes"); left > 0; left--)
        {
            nodes.Add(new NodePart
            {
                Node = reader.Text(MaxName, "a node"),
                ManifestHash = reader.Digest(),
                Files = reader.Count("files"),
                Bytes = reader.Count("bytes"),
                CaptureStart = ReadTime(ref reader),
                CaptureEnd = ReadTime(ref reader),
            });
        }

        return nodes;
    }

    private static DateTimeOffset ReadTime(ref ByteReader reader)
    {
        var ticks = reader.I64();
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw new InvalidDataException($"{ticks} is no time");
    }

    private static List<string> ReadList(ref ByteReader reader, string what)
    {
        var texts = new List<string>();
        for (var left = ReadCount(ref reader, what); left > 0; left--)
        {
            texts.Add(reader.Text(MaxText, what));
        }

        return texts;
    }

    private static uint ReadCount(ref ByteReader reader, string what)
    {
        var count = reader.U32();
        return count <= MaxList ? count : throw new InvalidDataException($"{count} {what}, more than {MaxList}");
    }

    private static void WriteList(ByteWriter writer, IReadOnlyList<string> texts)
    {
        writer.U32((uint)texts.Count);
        foreach (var text in texts)
        {
            writer.Text(text);
        }
    }

    private static string? FindFault(CommitRecord record)
    {
        if (record.Nodes.Count is 0 or > MaxList || record.Caveats.Count > MaxList || record.MissingNodes.Count > MaxList)
        {
            return $"it has no node, or more than {MaxList} nodes, caveats or missing nodes";
        }

        if (record.Nodes.Select(n => n.Node).Concat(record.MissingNodes).GroupBy(n => n, StringComparer.Ordinal).Any(g => g.Count() > 1))
        {
            return "it names a node twice";
        }

        if (record.Nodes.Select(n => n.Node).Concat([record.Cluster, record.Engine, record.Job]).Any(n => n.Length == 0 || Bytes(n) > MaxName))
        {
            return $"a name (node, cluster, engine, job) has not 1 to {MaxName} bytes";
        }

        if (record.Caveats.Concat(record.MissingNodes).Concat([record.Label, record.Consistency]).Any(t => Bytes(t) > MaxText) ||
            Bytes(record.TopologyJson) > MaxTopology)
        {
            return $"a text has more than {MaxText} bytes, or the topology more than {MaxTopology}";
        }

        if (!Enum.IsDefined(record.Kind) || (record.Kind == PointKind.Incremental) != record.BasePoint.HasValue)
        {
            return "an incremental must name its base, and a full must not";
        }

        return record.Partial != (record.MissingNodes.Count > 0) ? "it is partial if, and only if, nodes are missing"
            : record.Nodes.Any(n => n.Files < 0 || n.Bytes < 0) || record.Skew < TimeSpan.Zero ? "a count or the skew is negative"
            : null;
    }

    private static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);
}
