using Cairn.Repository;

namespace Cairn.Agent.Engines.OpenGauss.Pages;

/// <summary>
/// Verifies the pages of one file while it is copied. A page that does not verify may be one that is being written just now: it is
/// read again after a pause. Where the server repairs such pages when it recovers, one that keeps changing is taken as it is, and one
/// that stays the same is damaged; where it does not, only a page that verifies is taken.
/// </summary>
/// <param name="path">The file, by its path in the point.</param>
/// <param name="segment">Its number among the relation's files.</param>
/// <param name="mustVerify">The server does not repair torn pages.</param>
/// <param name="failures">Gets the pages that are damaged.</param>
internal sealed class PageCheck(string path, uint segment, bool mustVerify, PageFailures failures) : IPieceCheck
{
    /// <summary>Pages of a relation's file.</summary>
    public const uint PagesPerSegment = 131072;

    private const int AttemptsToSeeItChange = 4;
    private const int AttemptsToSeeItWhole = 300;

    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(100);

    // The pages of the piece that did not verify, as they were at the attempt before.
    private readonly Dictionary<uint, byte[]> doubtful = [];

    /// <inheritdoc/>
    public TimeSpan? Look(ReadOnlySpan<byte> piece, long offset, int attempt)
    {
        if (attempt == 1)
        {
            doubtful.Clear();
        }

        var wrong = 0;
        var last = attempt >= (mustVerify ? AttemptsToSeeItWhole : AttemptsToSeeItChange);
        for (var at = 0; at + PageChecksum.PageBytes <= piece.Length; at += PageChecksum.PageBytes)
        {
            var page = piece.Slice(at, PageChecksum.PageBytes);
            var block = (segment * PagesPerSegment) + (uint)((offset + at) / PageChecksum.PageBytes);
            if (IsRight(page, block))
            {
                doubtful.Remove(block);
                continue;
            }

            wrong++;
            failures.CountReread(attempt);
            if (last && (mustVerify || (doubtful.TryGetValue(block, out var before) && page.SequenceEqual(before))))
            {
                failures.Add(path, block);
            }

            doubtful[block] = page.ToArray();
        }

        return wrong == 0 || last ? null : mustVerify && attempt > AttemptsToSeeItChange ? LongPause : ShortPause;
    }

    private bool IsRight(ReadOnlySpan<byte> page, uint block) => PageChecksum.IsNew(page)
        ? mustVerify || page.IndexOfAnyExcept((byte)0) < 0
        : PageChecksum.Stored(page) == PageChecksum.Of(page, block);
}
