namespace Cairn.Repository;

/// <summary>Bits of an entry record.</summary>
internal static class EntryFlags
{
    public const int Immutable = 1;
    public const int Sparse = 2;
    public const int Identity = 4;
}
