namespace Cairn.Repository;

/// <summary>Collects damages: all are counted, the first ones are listed. Not for concurrent use.</summary>
internal sealed class DamageList
{
    private readonly List<Damage> listed = [];
    private long count;

    public bool IsEmpty => count == 0;

    public void Add(Damage damage)
    {
        count++;
        if (listed.Count < VerifyReport.MaxListed)
        {
            listed.Add(damage);
        }
    }

    public VerifyReport Report(PointId point, VerifyLevel level, long files, long bytes, long segments) => new()
    {
        Point = point,
        Level = level,
        Files = files,
        Bytes = bytes,
        Segments = segments,
        DamageCount = count,
        Damages = listed,
    };
}
