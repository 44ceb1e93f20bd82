namespace Cairn.Repository;

/// <summary>How much work goes into making segments smaller. Data that do not shrink are stored as they are at any setting.</summary>
public enum Compression
{
    /// <summary>Segments are stored as they are.</summary>
    None = 0,

    /// <summary>zstd level 1 with matches from 5 bytes on: hardly slower than the disk.</summary>
    Fastest = 1,

    /// <summary>zstd level 3.</summary>
    Balanced = 2,

    /// <summary>zstd level 9: several times the processor time of <see cref="Balanced"/> for some percent.</summary>
    Best = 3,
}
