namespace Cairn.Repository;

/// <summary>A point's record and manifest, read and held against each other.</summary>
internal sealed record OpenedPoint(
    RepositoryLayout.ChainLayout Chain, ManifestFile Manifest, Sha256Digest ManifestHash, CommitRecord? Record, ReadOnlyMemory<byte> RecordBytes)
    : IDisposable
{
    /// <param name="chain">The point's chain.</param>
    /// <param name="point">The point.</param>
    /// <param name="recordBytes">The commit record; null for a point that is only prepared.</param>
    /// <param name="cancellationToken">Stops the hashing.</param>
    public static OpenedPoint Open(
        RepositoryLayout.ChainLayout chain, PointId point, ReadOnlyMemory<byte>? recordBytes, CancellationToken cancellationToken)
    {
        var record = recordBytes is { } bytes ? CommitRecordFormat.Parse(bytes.Span, chain.Commit(point)) : null;
        var manifest = ManifestFile.TryOpen(chain, point) ?? throw new RepositoryDamagedException(chain.Manifest(point), "is missing");
        try
        {
            var hash = manifest.ComputeHash(cancellationToken);
            if (record is not null && FindNamed(record, manifest, chain).ManifestHash is var named && named != hash)
            {
                throw new RepositoryDamagedException(manifest.Path, $"has SHA-256 {hash}, the commit record names {named}");
            }

            return new OpenedPoint(chain, manifest, hash, record, recordBytes ?? default);
        }
        catch
        {
            manifest.Dispose();
            throw;
        }
    }

    /// <summary>This node's part as the record names it.</summary>
    public static NodePart FindNamed(CommitRecord record, ManifestFile manifest, RepositoryLayout.ChainLayout chain)
    {
        var named = record.Nodes.FirstOrDefault(n => n.Node == manifest.Begun.Node);
        return named is not null && record.Point == manifest.Begun.Point && record.Chain == chain.Id
            ? named
            : throw new RepositoryDamagedException(
                chain.Commit(manifest.Begun.Point), $"is of point {record.Point} in {record.Chain}, and does not name node {manifest.Begun.Node}");
    }

    public void Dispose() => Manifest.Dispose();
}
