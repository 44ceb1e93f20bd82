namespace Cairn.Repository;

/// <summary>Where files are cut: every so many bytes from offset 0.</summary>
internal static class SegmentSizes
{
    /// <summary>Immutable files are never stored in parts, so that few segments are best.</summary>
    public const int Immutable = 4 * 1024 * 1024;

    /// <summary>Of a file that changes an incremental stores the segments that changed.</summary>
    public const int Mutable = 1024 * 1024;

    /// <summary>Of a file that changes page by page; a multiple of the page, or the page where that is larger.</summary>
    public const int Paged = 128 * 1024;

    public static int Of(SourceEntry entry) =>
        entry.PageBytes > 0 ? Math.Max(Paged, entry.PageBytes) : entry.Immutable ? Immutable : Mutable;
}
