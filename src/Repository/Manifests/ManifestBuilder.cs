using System.Security.Cryptography;
using System.Text;

namespace Cairn.Repository;

/// <summary>Makes the durable manifest out of a complete journal.</summary>
internal static class ManifestBuilder
{
    public static PreparedManifest Build(
        RepositoryLayout.ChainLayout chain, JournalFile journal, PointTotals totals, PointProperties properties, CancellationToken cancellationToken)
    {
        var path = chain.Manifest(journal.Begun.Point);
        using var codec = new BlockCodec(chain.Sealing, new BlockOwner(FileKind.Manifest, journal.Begun.Point.Text));
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var file = DurableFile.Create(path))
        {
            Append(FilePreamble.Build(FileKind.Manifest));
            Append(codec.Encode(BlockKind.PointHeader, PointHeaderFormat.Encode(journal.Begun), file.Length));
            Append(codec.Encode(BlockKind.Properties, Encoding.UTF8.GetBytes(properties.Json), file.Length));
            foreach (var (kind, plain) in journal.ReadManifestBlocks())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Append(codec.Encode(kind, plain, file.Length));
            }

            var summaryAt = file.Length;
            Append(codec.Encode(BlockKind.Summary, totals.Encode(), file.Length));
            Append(ManifestFile.BuildTrailer(summaryAt));
            file.Publish();

            void Append(byte[] bytes)
            {
                file.Append(bytes);
                sha.AppendData(bytes);
            }
        }

        using var manifest = ManifestFile.TryOpen(chain, journal.Begun.Point) ?? throw new RepositoryDamagedException(path, "vanished after it was written");
        return manifest.Describe(new Sha256Digest(sha.GetHashAndReset()));
    }
}
