using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>
/// Finds the SHA-256 of a file's content. A file of one segment has the segment's; the segments of any other are read. One per
/// reading: not for concurrent use.
/// </summary>
internal sealed class ContentHasher(RepositoryLayout.ChainLayout chain) : IDisposable
{
    private static readonly byte[] Zeros = new byte[64 * 1024];

    // Only plain names are the content's SHA-256.
    private readonly bool namesAreHashes = chain.Sealing.Cipher == 0;
    private readonly SegmentLoader loader = new(chain);
    private readonly IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The hash of the cursor's current entry; null when it is no file or is damaged.</summary>
    public Sha256Digest? Hash(EntryCursor entries, CancellationToken cancellationToken)
    {
        var entry = entries.Entry;
        if (entry.Kind != EntryKind.File)
        {
            return null;
        }

        var damaged = false;
        while (entries.NextSegment(out var segment))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (namesAreHashes && !segment.IsZero && segment.Length == entry.Attributes.Size)
            {
                return segment.Hash;
            }

            damaged = damaged || !TryAppend(segment);
        }

        var hash = new Sha256Digest(sha.GetHashAndReset());
        return damaged ? null : hash;
    }

    public void Dispose()
    {
        loader.Dispose();
        sha.Dispose();
    }

    private bool TryAppend(in SegmentReference segment)
    {
        if (segment.IsZero)
        {
            for (var left = segment.Length; left > 0; left -= Zeros.Length)
            {
                sha.AppendData(Zeros, 0, (int)Math.Min(left, Zeros.Length));
            }

            return true;
        }

        if (!loader.TryLoad(segment, out var bytes, out _))
        {
            return false;
        }

        sha.AppendData(bytes);
        return true;
    }
}
