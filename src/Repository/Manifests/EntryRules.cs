using System.Text;

namespace Cairn.Repository;

/// <summary>What every entry must keep to, the same for what a source offers and for what a manifest holds.</summary>
internal static class EntryRules
{
    public const int MaxPathBytes = 4096;
    public const int MaxComponentBytes = 255;
    public const int MaxClassBytes = 64;
    public const int MaxLinkBytes = 4096;

    /// <summary>Null when the entry is in order, else the rule that it breaks.</summary>
    public static string? FindFault(ManifestEntry entry) =>
        FindPathFault(entry.Path) ?? FindFieldFault(entry);

    private static string? FindPathFault(string path)
    {
        if (path.Length is 0 or > MaxPathBytes || Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
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

            if (component.Contains('\0') || Encoding.UTF8.GetByteCount(component) > MaxComponentBytes)
            {
                return $"a component of the path has a NUL or more than {MaxComponentBytes} bytes";
            }
        }

        return path.Contains('\uFFFD', StringComparison.Ordinal) || HasLoneSurrogate(path)
            ? "the path is not UTF-8; format 0 cannot keep such names"
            : null;
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
                Encoding.UTF8.GetByteCount(entry.LinkTarget) > MaxLinkBytes => $"the link target has a NUL or more than {MaxLinkBytes} bytes",
            { Kind: not EntryKind.File } when attributes.Size != 0 => "a size on what is no file",
            _ when attributes.Size < 0 => "a negative size",
            _ when (attributes.Mode & ~0xFFFu) != 0 => "the mode has more than the permission bits",
            _ when entry.Class.Length == 0 || Encoding.UTF8.GetByteCount(entry.Class) > MaxClassBytes => $"the class must have 1 to {MaxClassBytes} bytes",
            _ => null,
        };
    }

    private static bool HasLoneSurrogate(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
            {
                return true;
            }
        }

        return false;
    }
}
