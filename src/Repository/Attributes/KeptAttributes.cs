namespace Cairn.Repository;

/// <summary>The extended attributes that a point keeps, ACLs included, for those who make copies of files before the repository reads them.</summary>
public static class KeptAttributes
{
    /// <summary>
    /// Gives <paramref name="to"/> the attributes that <paramref name="from"/> has, and takes away those that it has not, such as an ACL inherited from a
    /// directory; with <paramref name="sparingOwner"/> not what <see cref="CopiedOwner.TryKeep"/> has put there. Links are not followed.
    /// Returns the names of those that this file system or user may not set. Throws <see cref="RepositoryIoException"/>.
    /// </summary>
    public static IReadOnlyList<string> Copy(string from, string to, bool sparingOwner)
    {
        var wanted = ExtendedAttributeCalls.Read(from).Where(attribute => attribute.Name != CopiedOwner.AttributeName).ToList();
        foreach (var extra in ExtendedAttributeCalls.Read(to).Where(found => wanted.All(attribute => attribute.Name != found.Name)))
        {
            if (!sparingOwner || extra.Name != CopiedOwner.AttributeName)
            {
                ExtendedAttributeCalls.Remove(to, extra.Name);
            }
        }

        var refused = new List<string>();
        foreach (var attribute in ExtendedAttributeCalls.InOrderOfSetting(wanted).Where(attribute => ExtendedAttributeCalls.TrySet(to, attribute) != 0))
        {
            refused.Add(attribute.Name);
        }

        return refused;
    }
}
