namespace Cairn.Repository;

/// <summary>Bits of an entry record; two bytes.</summary>
internal static class EntryFlags
{
    public const int Immutable = 1;
    public const int Sparse = 2;

    /// <summary>Device and inode of the live file follow.</summary>
    public const int Identity = 4;

    /// <summary>The page's size follows.</summary>
    public const int Paged = 8;

    /// <summary>Another name of a file that came before: its path follows, and no pieces.</summary>
    public const int Linked = 16;

    /// <summary>Other names of this file may come.</summary>
    public const int Shared = 32;

    /// <summary>Extended attributes follow.</summary>
    public const int ExtendedAttributes = 64;

    /// <summary>What was read follows; in journals only.</summary>
    public const int SourceProof = 128;

    public const int All = 255;
}
