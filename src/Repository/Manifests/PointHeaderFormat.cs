namespace Cairn.Repository;

/// <summary>The block that says how a point was begun; the same in journal and manifest.</summary>
internal static class PointHeaderFormat
{
    public const int MaxNameBytes = 256;

    private const int VerifyUnchanged = 1;
    private const int AllowSourceTrouble = 2;

    public static byte[] Encode(BeginPoint spec)
    {
        var writer = new ByteWriter();
        writer.Text(spec.Point.Text);
        writer.Text(spec.Chain.Text);
        writer.Text(spec.BasePoint?.Text ?? string.Empty);
        writer.Text(spec.Node);
        writer.Text(spec.Cluster);
        writer.Text(spec.Engine);
        writer.Text(spec.Job);
        writer.U8((byte)spec.Compression);
        writer.U8((byte)((spec.VerifyUnchanged ? VerifyUnchanged : 0) | (spec.AllowSourceTrouble ? AllowSourceTrouble : 0)));
        return writer.Written.ToArray();
    }

    public static BeginPoint Decode(ReadOnlySpan<byte> plain)
    {
        var reader = new ByteReader(plain);
        var spec = new BeginPoint
        {
            Point = ReadPoint(ref reader),
            Chain = ReadChain(ref reader),
            BasePoint = ReadOptionalPoint(ref reader),
            Node = reader.Text(MaxNameBytes, "the node"),
            Cluster = reader.Text(MaxNameBytes, "the cluster"),
            Engine = reader.Text(MaxNameBytes, "the engine"),
            Job = reader.Text(MaxNameBytes, "the job"),
            Compression = (Compression)reader.U8(),
        };
        var options = reader.U8();
        reader.End();
        if ((options & ~(VerifyUnchanged | AllowSourceTrouble)) != 0)
        {
            throw new InvalidDataException($"unknown options {options}");
        }

        spec = spec with { VerifyUnchanged = (options & VerifyUnchanged) != 0, AllowSourceTrouble = (options & AllowSourceTrouble) != 0 };
        return Enum.IsDefined(spec.Compression) ? spec : throw new InvalidDataException($"compression {(int)spec.Compression} is unknown");
    }

    public static PointId ReadPoint(ref ByteReader reader) =>
        PointId.TryParse(reader.Text(64, "the point"), out var id) ? id : throw new InvalidDataException("not a point id");

    public static ChainId ReadChain(ref ByteReader reader) =>
        ChainId.TryParse(reader.Text(64, "the chain"), out var id) ? id : throw new InvalidDataException("not a chain id");

    public static PointId? ReadOptionalPoint(ref ByteReader reader)
    {
        var text = reader.Text(64, "the base");
        return text.Length == 0 ? null : PointId.TryParse(text, out var id) ? id : throw new InvalidDataException("not a point id");
    }
}
