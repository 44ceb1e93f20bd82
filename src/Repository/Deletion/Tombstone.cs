namespace Cairn.Repository;

/// <summary>Says for good that a point was deleted or given up, so that no repeated command brings it back.</summary>
internal sealed record Tombstone(PointId Point, TombstoneReason Reason, DateTimeOffset Time)
{
    /// <summary>Null when there is none.</summary>
    public static Tombstone? TryRead(RepositoryLayout layout, PointId point)
    {
        var path = layout.Tombstone(point);
        var plain = BlockFile.TryReadSingle(path, new BlockOwner(FileKind.Tombstone, ""), BlockKind.Tombstone, ChainSealing.Plain);
        if (plain is null)
        {
            return null;
        }

        try
        {
            var reader = new ByteReader(plain);
            var named = PointHeaderFormat.ReadPoint(ref reader);
            var reason = (TombstoneReason)reader.U8();
            var ticks = reader.I64();
            reader.End();
            return named == point && Enum.IsDefined(reason) && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
                ? new Tombstone(point, reason, new DateTimeOffset(ticks, TimeSpan.Zero))
                : throw new InvalidDataException("its fields do not fit its name");
        }
        catch (InvalidDataException e)
        {
            throw new RepositoryDamagedException(path, e.Message, e);
        }
    }

    public void Publish(RepositoryLayout layout)
    {
        var writer = new ByteWriter();
        writer.Text(Point.Text);
        writer.U8((byte)Reason);
        writer.I64(Time.UtcTicks);
        DurableFile.Write(layout.Tombstone(Point), BlockFile.BuildSingle(new BlockOwner(FileKind.Tombstone, ""), BlockKind.Tombstone, writer.Written, ChainSealing.Plain));
    }
}
