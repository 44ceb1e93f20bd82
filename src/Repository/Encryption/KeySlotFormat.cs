using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>The bytes of a slot's file: a preamble and one plain block.</summary>
internal static class KeySlotFormat
{
    private const byte Live = 1;
    private const byte Emptied = 2;

    /// <summary>Makes a slot for this key.</summary>
    public static KeySlot Make(
        RepositoryId repository, uint number, RepositoryKey key, string label, ReadOnlySpan<byte> master, DateTimeOffset now)
    {
        var check = new byte[KeyDerivation.CheckBytes];
        var slot = new KeySlot
        {
            Repository = repository,
            Number = number,
            Kind = key.Kind,
            Label = label,
            Created = now,
            Derivation = KeyDerivation.For(key.Kind),
            Salt = RandomNumberGenerator.GetBytes(KeyDerivation.SaltBytes),
            Check = check,
            Wrapped = default,
        };
        using var wrapping = slot.Derivation.Derive(key, slot.Salt.Span, check);
        return slot with { Wrapped = WrappedKey.Wrap(wrapping.Span, master, Describe(slot, Live)) };
    }

    /// <summary>Whether the key is the slot's, live or removed. When it is and the slot is live, <paramref name="master"/> is what it opens.</summary>
    /// <exception cref="InvalidDataException">The key is the slot's, and the wrapped key was changed.</exception>
    public static bool TryKey(KeySlot slot, RepositoryKey key, out SecretBytes? master)
    {
        master = null;
        if (slot.Kind != key.Kind)
        {
            return false;
        }

        Span<byte> check = stackalloc byte[KeyDerivation.CheckBytes];
        using var wrapping = slot.Derivation.Derive(key, slot.Salt.Span, check);
        if (!CryptographicOperations.FixedTimeEquals(check, slot.Check.Span))
        {
            return false;
        }

        if (slot.Removed is null)
        {
            master = WrappedKey.TryUnwrap(wrapping.Span, slot.Wrapped.Span, Describe(slot, Live)) ??
                throw new InvalidDataException("the key is the slot's, and what it should open does not: the slot was changed");
        }

        return true;
    }

    public static byte[] Encode(KeySlot slot) => BlockFile.BuildSingle(
        new BlockOwner(FileKind.KeySlot, ""), BlockKind.KeySlot, [.. Describe(slot, slot.Removed is null ? Live : Emptied), .. slot.Wrapped.Span], ChainSealing.Plain);

    /// <summary>Throws <see cref="InvalidDataException"/> for what is no slot of this repository and number.</summary>
    public static KeySlot Decode(ReadOnlySpan<byte> plain, RepositoryId repository, uint number)
    {
        var reader = new ByteReader(plain);
        var owner = reader.Text(64, "the repository");
        var found = reader.U32();
        var kind = (RepositoryKeyKind)reader.U8();
        var state = reader.U8();
        var slot = new KeySlot
        {
            Repository = repository,
            Number = number,
            Kind = kind,
            Label = reader.Text(KeySlot.MaxLabelBytes, "the label"),
            Created = Time(reader.I64()),
            Removed = reader.I64() is var removed && removed != 0 ? Time(removed) : null,
            Derivation = new KeyDerivation((KeyDerivationKind)reader.U8(), reader.U32()),
            Salt = reader.Bytes(KeyDerivation.SaltBytes, "the salt").ToArray(),
            Check = reader.Bytes(KeyDerivation.CheckBytes, "the check").ToArray(),
            Wrapped = plain[reader.Position..].ToArray(),
        };
        if (owner != repository.Text || found != number)
        {
            throw new InvalidDataException($"is slot {found} of repository {owner}");
        }

        var wrappedBytes = state == Live ? WrappedKey.Size : 0;
        return slot.Derivation.FindFault(kind) is { } fault ? throw new InvalidDataException(fault)
            : state is not (Live or Emptied) || (state == Emptied) != slot.Removed.HasValue || slot.Wrapped.Length != wrappedBytes ||
                slot.Salt.Length != KeyDerivation.SaltBytes || slot.Check.Length != KeyDerivation.CheckBytes
                ? throw new InvalidDataException("its fields contradict each other")
                : slot;
    }

    // All but the wrapped key; what wrapping binds to.
    private static byte[] Describe(KeySlot slot, byte state)
    {
        var writer = new ByteWriter();
        writer.Text(slot.Repository.Text);
        writer.U32(slot.Number);
        writer.U8((byte)slot.Kind);
        writer.U8(state);
        writer.Text(slot.Label);
        writer.I64(slot.Created.UtcTicks);
        writer.I64(slot.Removed?.UtcTicks ?? 0);
        writer.U8((byte)slot.Derivation.Kind);
        writer.U32(slot.Derivation.Iterations);
        writer.U32(KeyDerivation.SaltBytes);
        writer.Bytes(slot.Salt.Span);
        writer.U32(KeyDerivation.CheckBytes);
        writer.Bytes(slot.Check.Span);
        return writer.Written.ToArray();
    }

    private static DateTimeOffset Time(long ticks) =>
        ticks > 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw new InvalidDataException($"{ticks} is no time");
}
