using System.Globalization;
using System.Text;

namespace Cairn.Repository;

/// <summary>
/// Whose a file was that a process copied which may not give files away: kept with the copy in an extended attribute of its own, and put into the entry that is
/// made of it. For those who make copies of files before the repository reads them; points do not keep the attribute.
/// </summary>
public sealed class CopiedOwner
{
    /// <summary>The attribute: user and group, decimal, parted by ':'.</summary>
    internal const string AttributeName = "user.cairn.owner";

    private static readonly uint Self = Libc.EffectiveUserId();

    private readonly OwnerNames names = new();

    /// <summary>Keeps the owner of what was copied to <paramref name="copy"/>; false where the file system has no such attributes.</summary>
    public static bool TryKeep(string copy, uint user, uint group) => ExtendedAttributeCalls.TrySet(
        copy,
        new ExtendedAttributeValue(AttributeName, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{user}:{group}")))) == 0;

    /// <summary>
    /// The entry with the owner that was kept with it, if any. Believed of this process's own copies alone: what another has written onto a file of
    /// its own is nobody's word for giving that file away.
    /// </summary>
    public SourceEntry Of(SourceEntry entry)
    {
        if (entry.ExtendedAttributes.FirstOrDefault(attribute => attribute.Name == AttributeName) is not { } kept)
        {
            return entry;
        }

        entry = entry with { ExtendedAttributes = [.. entry.ExtendedAttributes.Where(attribute => attribute != kept)] };
        var parts = Encoding.ASCII.GetString(kept.Value.Span).Split(':');
        return Self != 0 && entry.Attributes.Uid == Self && !entry.Immutable
            && parts.Length == 2
            && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var group)
            ? entry with
            {
                Attributes = entry.Attributes with { Uid = user, Gid = group },
                Owner = names.UserName(user),
                Group = names.GroupName(group),
            }
            : entry;
    }
}
