using System.Text;

namespace Cairn.Repository;

/// <summary>What every entry must keep to, the same for what a source offers and for what a manifest holds.</summary>
internal static class EntryRules
{
    public const int MaxPathBytes = 4096;
    public const int MaxComponentBytes = 255;
    public const int MaxClassBytes = 64;
    public const int MaxLinkBytes = 4096;
    public const int MaxOwnerBytes = 256;
    public const int MaxAttributeBytes = 64 * 1024;
    public const int MaxAttributesBytes = 1024 * 1024;

    /// <summary>Null when the entry is in order, else the rule that it breaks.</summary>
    public static string? FindFault(ManifestEntry entry) =>
        FindPathFault(entry.Path) ?? FindFieldFault(entry);

    private static string? FindPathFault(string path)
    {
        if (path.Length is 0 or > MaxPathBytes || RawText.CountBytes(path) > MaxPathBytes)
        {
            return $"the path must have 1 to {MaxPathBytes} bytes";
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            var component = path.AsSpan(range);
            if (component is "" or "." or "..")
            {
                return "the path is absolute or has an empty, '.' or '..' component";
            }

            if (component.Contains('\0') || (component.Length * 3 > MaxComponentBytes && RawText.CountBytes(component.ToString()) > MaxComponentBytes))
            {
                return $"a component of the path has a NUL or more than {MaxComponentBytes} bytes";
            }
        }

        return RawText.IsValid(path) ? null : "the path stands for no bytes";
    }

    private static string? FindFieldFault(ManifestEntry entry)
    {
        var attributes = entry.Attributes;
        return entry switch
        {
            { Kind: not (EntryKind.Directory or EntryKind.File or EntryKind.Symlink) } => $"kind {(int)entry.Kind} is unknown",
            { Kind: EntryKind.Symlink, LinkTarget: null or "" } => "a symbolic link without a target",
            { Kind: not EntryKind.Symlink, LinkTarget: not null } => "a link target on what is no symbolic link",
            { LinkTarget: not null } when entry.LinkTarget.Contains('\0', StringComparison.Ordinal) ||
                !RawText.IsValid(entry.LinkTarget) || RawText.CountBytes(entry.LinkTarget) > MaxLinkBytes => $"the link target has a NUL or more than {MaxLinkBytes} bytes",
            { Kind: not EntryKind.File } when attributes.Size != 0 => "a size on what is no file",
            _ when attributes.Size < 0 => "a negative size",
            _ when (attributes.Mode & ~0xFFFu) != 0 => "the mode has more than the permission bits",
            _ when entry.Class.Length == 0 || Encoding.UTF8.GetByteCount(entry.Class) > MaxClassBytes => $"the class must have 1 to {MaxClassBytes} bytes",
            _ when Encoding.UTF8.GetByteCount(entry.Owner) > MaxOwnerBytes || Encoding.UTF8.GetByteCount(entry.Group) > MaxOwnerBytes =>
                $"the owner's or the group's name has more than {MaxOwnerBytes} bytes",
            { PageBytes: not 0 } when entry.Kind != EntryKind.File || !IsPageSize(entry.PageBytes) => $"{entry.PageBytes} is no page size, or on what is no file",
            { LinkedTo: not null } when entry.Kind != EntryKind.File || entry.MayHaveLinks || FindPathFault(entry.LinkedTo) is not null ||
                entry.LinkedTo == entry.Path => "it is a further name of what cannot have one",
            { MayHaveLinks: true } when entry.Kind != EntryKind.File => "further names of what is no file",
            _ => FindAttributesFault(entry.ExtendedAttributes),
        };
    }

    private static bool IsPageSize(int bytes) => bytes is >= 512 and <= 1 << 20 && int.IsPow2(bytes);

    private static string? FindAttributesFault(IReadOnlyList<ExtendedAttributeValue> attributes)
    {
        long total = 0;
        for (var i = 0; i < attributes.Count; i++)
        {
            var (name, value) = attributes[i];
            total += name.Length + value.Length;
            if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) || !RawText.IsValid(name) || RawText.CountBytes(name) > MaxComponentBytes ||
                value.Length > MaxAttributeBytes)
            {
                return $"an extended attribute whose name has not 1 to {MaxComponentBytes} bytes or whose value more than {MaxAttributeBytes}";
            }

            if (i > 0 && string.CompareOrdinal(attributes[i - 1].Name, name) >= 0)
            {
                return "the extended attributes are not in the order of their names";
            }
        }

        return total <= MaxAttributesBytes ? null : $"the extended attributes have more than {MaxAttributesBytes} bytes";
    }
}
