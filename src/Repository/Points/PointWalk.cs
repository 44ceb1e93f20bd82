namespace Cairn.Repository;

/// <summary>A walk over the paths of one point, which refuses one that comes twice. Takes the point over. Not for concurrent use.</summary>
internal sealed class PointWalk : IDisposable
{
    private readonly OpenedPoint point;
    private readonly DuplicateCheck duplicates;

    public PointWalk(OpenedPoint point)
    {
        this.point = point;
        try
        {
            Entries = point.Manifest.ReadEntries();
            duplicates = new DuplicateCheck(point.Chain.Scratch);
        }
        catch
        {
            Entries?.Dispose();
            point.Dispose();
            throw;
        }
    }

    public RepositoryLayout.ChainLayout Chain => point.Chain;

    /// <summary>Stands on the current path.</summary>
    public EntryCursor Entries { get; }

    /// <summary>Goes to the next path; false when all have passed. Throws <see cref="RepositoryDamagedException"/>.</summary>
    public bool MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Entries.MoveNext())
        {
            point.Manifest.RequireOnce(duplicates.AllPassedOnce(), "(one of many)");
            return false;
        }

        point.Manifest.RequireOnce(duplicates.Pass(Entries.Entry.Path), Entries.Entry.Path);
        return true;
    }

    public void Dispose()
    {
        duplicates.Dispose();
        Entries.Dispose();
        point.Dispose();
    }
}
