namespace Cairn.Repository;

/// <summary>
/// One way into an encrypted repository: the master key under a key that one passphrase or key file gives. A slot that was removed keeps
/// everything but the wrapped key, so that its key can still be told from one that never was.
/// </summary>
internal sealed record KeySlot
{
    public const int MaxLabelBytes = 128;

    public required RepositoryId Repository { get; init; }

    public required uint Number { get; init; }

    public required RepositoryKeyKind Kind { get; init; }

    public required string Label { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Null while the slot opens the repository.</summary>
    public DateTimeOffset? Removed { get; init; }

    public required KeyDerivation Derivation { get; init; }

    public required ReadOnlyMemory<byte> Salt { get; init; }

    public required ReadOnlyMemory<byte> Check { get; init; }

    /// <summary>Empty when the slot was removed.</summary>
    public required ReadOnlyMemory<byte> Wrapped { get; init; }

    public KeySlotInfo Describe() => new(Number, Kind, Label, Created, Removed, Damage: null);

    /// <summary>The slot without what it opened.</summary>
    public KeySlot Emptied(DateTimeOffset removed) => this with { Removed = removed, Wrapped = default };
}
