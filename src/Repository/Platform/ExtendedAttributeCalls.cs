namespace Cairn.Repository;

/// <summary>
/// Reads and sets extended attributes, by descriptor or, for what cannot be opened, by path without following a link. Kept are the name
/// spaces user, security, trusted, and the ACLs of system; others of system are made up by file systems and mean nothing elsewhere.
/// </summary>
internal static unsafe class ExtendedAttributeCalls
{
    private const string AccessAcl = "system.posix_acl_access";
    private const string DefaultAcl = "system.posix_acl_default";
    private const int FirstListBytes = 1024;

    private delegate nint ListCall(byte* buffer, nuint length);

    private delegate nint GetCall(string name, byte* buffer, nuint length);

    /// <summary>Whether attributes of this name are kept.</summary>
    public static bool IsKept(string name) =>
        name.StartsWith("user.", StringComparison.Ordinal) || name.StartsWith("security.", StringComparison.Ordinal) ||
        name.StartsWith("trusted.", StringComparison.Ordinal) || IsAcl(name);

    /// <summary>The order to set them in: ACLs last, since one of them may take away the right to set the others.</summary>
    public static IEnumerable<ExtendedAttributeValue> InOrderOfSetting(IReadOnlyList<ExtendedAttributeValue> attributes) =>
        attributes.Count < 2 ? attributes : attributes.OrderBy(attribute => IsAcl(attribute.Name));

    /// <summary>In the order of their names; empty where the file system has none.</summary>
    public static IReadOnlyList<ExtendedAttributeValue> Read(int file, string path) => Read(
        (buffer, length) => Libc.ListAttributes(file, buffer, length),
        (name, buffer, length) => Libc.GetAttribute(file, name, buffer, length),
        path);

    /// <inheritdoc cref="Read(int, string)"/>
    public static IReadOnlyList<ExtendedAttributeValue> Read(string path) => Read(
        (buffer, length) => Libc.ListPathAttributes(path, buffer, length),
        (name, buffer, length) => Libc.GetPathAttribute(path, name, buffer, length),
        path);

    /// <summary>0, or the error's number.</summary>
    public static int TrySet(int file, ExtendedAttributeValue attribute)
    {
        fixed (byte* value = attribute.Value.Span)
        {
            return Libc.SetAttribute(file, attribute.Name, value, (nuint)attribute.Value.Length, 0) == 0 ? 0 : LastError.Number;
        }
    }

    /// <inheritdoc cref="TrySet(int, ExtendedAttributeValue)"/>
    public static int TrySet(string path, ExtendedAttributeValue attribute)
    {
        fixed (byte* value = attribute.Value.Span)
        {
            return Libc.SetPathAttribute(path, attribute.Name, value, (nuint)attribute.Value.Length, 0) == 0 ? 0 : LastError.Number;
        }
    }

    /// <summary>What is made in a directory takes its default ACL over; without it nothing does.</summary>
    public static void RemoveDefaultAcl(int directory, string path)
    {
        if (Libc.RemoveAttribute(directory, DefaultAcl) != 0 && LastError.Number is var error and not (Libc.NoData or Libc.NotSupported))
        {
            throw LastError.Exception(path, "remove the default ACL", error);
        }
    }

    /// <summary>Nothing happens when it is not there, or may not be removed.</summary>
    public static void Remove(string path, string name)
    {
        if (Libc.RemovePathAttribute(path, name) != 0 &&
            LastError.Number is var error and not (Libc.NoData or Libc.NotSupported or Libc.PermissionDenied or Libc.AccessDenied))
        {
            throw LastError.Exception(path, $"remove extended attribute {UnixPath.Show(name)}", error);
        }
    }

    private static bool IsAcl(string name) => name is AccessAcl or DefaultAcl;

    private static List<ExtendedAttributeValue> Read(ListCall list, GetCall get, string path)
    {
        var names = Fill(list, FirstListBytes, path, "list extended attributes");
        if (names is null || names.Length == 0)
        {
            return [];
        }

        var found = new List<ExtendedAttributeValue>();
        foreach (var name in SplitNames(names).Where(IsKept))
        {
            // Null when it went between the two calls.
            if (Fill((buffer, length) => get(name, buffer, length), firstBytes: 256, path, $"read extended attribute {UnixPath.Show(name)}") is { } value)
            {
                found.Add(new ExtendedAttributeValue(name, value));
            }
        }

        found.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return found;
    }

    private static byte[]? Fill(ListCall call, int firstBytes, string path, string operation)
    {
        Span<byte> buffer = stackalloc byte[firstBytes];
        while (true)
        {
            nint length;
            fixed (byte* start = buffer)
            {
                length = call(start, (nuint)buffer.Length);
            }

            if (length >= 0)
            {
                return buffer[..(int)length].ToArray();
            }

            switch (LastError.Number)
            {
                case Libc.NotSupported or Libc.NoData or Libc.NoEntry:
                    return null;
                case Libc.OutOfRange when buffer.Length <= EntryRules.MaxAttributeBytes:
                    // The kernel allows 64 KiB for the names and for each value.
                    buffer = new byte[EntryRules.MaxAttributeBytes + 1];
                    continue;
                case var error:
                    throw LastError.Exception(path, operation, error);
            }
        }
    }

    private static List<string> SplitNames(ReadOnlySpan<byte> names)
    {
        var found = new List<string>();
        while (names.IndexOf((byte)0) is var end and >= 0)
        {
            found.Add(UnixPath.FromBytes(names[..end]));
            names = names[(end + 1)..];
        }

        return found;
    }
}
