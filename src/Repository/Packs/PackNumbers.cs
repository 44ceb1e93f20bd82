namespace Cairn.Repository;

/// <summary>Gives packs of all kinds their numbers, each once per chain. Not for concurrent use.</summary>
internal sealed class PackNumbers(uint first)
{
    private uint next = first;

    public uint Next() => next++;
}
