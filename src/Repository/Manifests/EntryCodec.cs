namespace Cairn.Repository;

/// <summary>One entry's record in pages and journals; docs/repository-format.md has its fields.</summary>
internal static class EntryCodec
{
    public const byte EntryRecord = 1;
    public const byte PiecesRecord = 2;

    /// <summary>Where in a record the path's bytes begin: behind type (1), kind (1), flags (2) and length (4).</summary>
    public const int PathAt = 8;

    private const int MaxAttributeCount = 4096;
    private const int ModeAndOwnerBytes = 3 * sizeof(uint);

    /// <param name="writer">What it is appended to.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="sourceProof">What the copy was read from, for a resume; 0 for none.</param>
    public static void Write(ByteWriter writer, ManifestEntry entry, ulong sourceProof)
    {
        writer.U8(EntryRecord);
        writer.U8((byte)entry.Kind);
        writer.U16((ushort)FlagsOf(entry, sourceProof));
        writer.RawText(entry.Path);
        writer.Text(entry.Class);
        writer.U32(entry.Attributes.Mode);
        writer.U32(entry.Attributes.Uid);
        writer.U32(entry.Attributes.Gid);
        writer.Text(entry.Owner);
        writer.Text(entry.Group);
        writer.I64(entry.Attributes.MtimeNs);
        writer.U64((ulong)entry.Attributes.Size);
        if (entry.Identity is { } identity)
        {
            writer.U64(identity.Device);
            writer.U64(identity.Inode);
        }

        if (entry.PageBytes != 0)
        {
            writer.U32((uint)entry.PageBytes);
        }

        if (entry.Kind == EntryKind.Symlink)
        {
            writer.RawText(entry.LinkTarget!);
        }

        if (entry.LinkedTo is { } first)
        {
            writer.RawText(first);
        }

        if (entry.ExtendedAttributes.Count > 0)
        {
            writer.U16((ushort)entry.ExtendedAttributes.Count);
            foreach (var (name, value) in entry.ExtendedAttributes)
            {
                writer.RawText(name);
                writer.U32((uint)value.Length);
                writer.Bytes(value.Span);
            }
        }

        if (sourceProof != 0)
        {
            writer.U64(sourceProof);
        }
    }

    /// <summary>Reads what follows the record's type. Throws <see cref="InvalidDataException"/> for anything that breaks a rule.</summary>
    public static ManifestEntry Read(ref ByteReader reader, out ulong sourceProof)
    {
        var kind = (EntryKind)reader.U8();
        int flags = reader.U16();
        if ((flags & ~EntryFlags.All) != 0)
        {
            throw new InvalidDataException($"unknown flags {flags}");
        }

        var path = reader.RawText(EntryRules.MaxPathBytes, "the path");
        var entryClass = reader.Text(EntryRules.MaxClassBytes, "the class");
        var (mode, uid, gid) = (reader.U32(), reader.U32(), reader.U32());
        var entry = new ManifestEntry
        {
            Path = path,
            Class = entryClass,
            Kind = kind,
            Owner = reader.Text(EntryRules.MaxOwnerBytes, "the owner"),
            Group = reader.Text(EntryRules.MaxOwnerBytes, "the group"),
            Attributes = new UnixAttributes(mode, uid, gid, reader.I64(), reader.Count("the size")),
            Immutable = (flags & EntryFlags.Immutable) != 0,
            Sparse = (flags & EntryFlags.Sparse) != 0,
            MayHaveLinks = (flags & EntryFlags.Shared) != 0,
            Identity = (flags & EntryFlags.Identity) != 0 ? new FileIdentity(reader.U64(), reader.U64()) : null,
            PageBytes = (flags & EntryFlags.Paged) != 0 ? (int)reader.U32() : 0,
            LinkTarget = kind == EntryKind.Symlink ? reader.RawText(EntryRules.MaxLinkBytes, "the link target") : null,
            LinkedTo = (flags & EntryFlags.Linked) != 0 ? reader.RawText(EntryRules.MaxPathBytes, "the first name") : null,
            ExtendedAttributes = (flags & EntryFlags.ExtendedAttributes) != 0 ? ReadAttributes(ref reader) : [],
        };
        sourceProof = (flags & EntryFlags.SourceProof) != 0 ? reader.U64() : 0;
        return EntryRules.FindFault(entry) is { } fault ? throw new InvalidDataException($"entry '{path}': {fault}") : entry;
    }

    /// <summary>
    /// Reads of what follows the record's type no more than a copy needs to carry the entry over: lengths are checked, other rules are not. Throws
    /// <see cref="InvalidDataException"/>.
    /// </summary>
    /// <param name="reader">Stands behind the entry then.</param>
    /// <param name="path">The path's bytes.</param>
    public static EntryGlance Glance(ref ByteReader reader, out ReadOnlySpan<byte> path)
    {
        var kind = (EntryKind)reader.U8();
        int flags = reader.U16();
        path = reader.Bytes(EntryRules.MaxPathBytes, "the path");
        reader.Bytes(EntryRules.MaxClassBytes, "the class");
        reader.Skip(ModeAndOwnerBytes);
        reader.Bytes(EntryRules.MaxOwnerBytes, "the owner");
        reader.Bytes(EntryRules.MaxOwnerBytes, "the group");
        var (mtime, size) = (reader.I64(), reader.Count("the size"));
        FileIdentity? identity = (flags & EntryFlags.Identity) != 0 ? new FileIdentity(reader.U64(), reader.U64()) : null;
        var pageBytes = (flags & EntryFlags.Paged) != 0 ? (int)reader.U32() : 0;
        if (kind == EntryKind.Symlink)
        {
            reader.Bytes(EntryRules.MaxLinkBytes, "the link target");
        }

        if ((flags & EntryFlags.Linked) != 0)
        {
            reader.Bytes(EntryRules.MaxPathBytes, "the first name");
        }

        for (var left = (flags & EntryFlags.ExtendedAttributes) != 0 ? reader.U16() : 0; left > 0; left--)
        {
            reader.Bytes(EntryRules.MaxComponentBytes, "an extended attribute's name");
            reader.Bytes(EntryRules.MaxAttributeBytes, "an extended attribute");
        }

        var proof = (flags & EntryFlags.SourceProof) != 0 ? reader.U64() : 0;
        return new EntryGlance(kind, flags, mtime, size, identity, pageBytes, proof);
    }

    private static int FlagsOf(ManifestEntry entry, ulong sourceProof) =>
        (entry.Immutable ? EntryFlags.Immutable : 0) |
        (entry.Sparse ? EntryFlags.Sparse : 0) |
        (entry.Identity is null ? 0 : EntryFlags.Identity) |
        (entry.PageBytes == 0 ? 0 : EntryFlags.Paged) |
        (entry.LinkedTo is null ? 0 : EntryFlags.Linked) |
        (entry.MayHaveLinks ? EntryFlags.Shared : 0) |
        (entry.ExtendedAttributes.Count == 0 ? 0 : EntryFlags.ExtendedAttributes) |
        (sourceProof == 0 ? 0 : EntryFlags.SourceProof);

    private static List<ExtendedAttributeValue> ReadAttributes(ref ByteReader reader)
    {
        int count = reader.U16();
        if (count is 0 or > MaxAttributeCount)
        {
            throw new InvalidDataException($"{count} extended attributes");
        }

        var attributes = new List<ExtendedAttributeValue>(Math.Min(count, 16));
        for (var total = 0; count > 0; count--)
        {
            var name = reader.RawText(EntryRules.MaxComponentBytes, "an extended attribute's name");
            var value = reader.Bytes(Math.Min(EntryRules.MaxAttributeBytes, EntryRules.MaxAttributesBytes - total), "an extended attribute").ToArray();
            attributes.Add(new ExtendedAttributeValue(name, value));
            total += value.Length;
        }

        return attributes;
    }
}
