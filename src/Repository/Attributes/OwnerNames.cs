using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>
/// Which names this host gives to the numbers of users and groups, and the other way round, through all sources that the system is configured for. What
/// was asked once is remembered. Safe for concurrent use.
/// </summary>
internal sealed class OwnerNames
{
    private const int FirstBufferBytes = 1024;
    private const int MaxBufferBytes = 1 << 20;

    private readonly ConcurrentDictionary<uint, string> users = [];
    private readonly ConcurrentDictionary<uint, string> groups = [];
    private readonly ConcurrentDictionary<string, uint?> userIds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, uint?> groupIds = new(StringComparer.Ordinal);

    /// <summary>The user's name; empty when this host has none.</summary>
    public string UserName(uint id) => users.GetOrAdd(id, static id => Find((buffer, length) => AskUser(id, null, buffer, length))?.Name ?? "");

    /// <summary>The group's name; empty when this host has none.</summary>
    public string GroupName(uint id) => groups.GetOrAdd(id, static id => Find((buffer, length) => AskGroup(id, null, buffer, length))?.Name ?? "");

    /// <summary>The number of the user with this name, or <paramref name="otherwise"/> where this host has none.</summary>
    public uint UserId(string name, uint otherwise) =>
        (IsName(name) ? userIds.GetOrAdd(name, static name => Find((buffer, length) => AskUser(0, name, buffer, length))?.Id) : null) ?? otherwise;

    /// <summary>The number of the group with this name, or <paramref name="otherwise"/> where this host has none.</summary>
    public uint GroupId(string name, uint otherwise) =>
        (IsName(name) ? groupIds.GetOrAdd(name, static name => Find((buffer, length) => AskGroup(0, name, buffer, length))?.Id) : null) ?? otherwise;

    private static bool IsName(string name) => name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal);

    // A source that cannot be asked just now counts as one without an answer: the number is kept in any case.
    private static Found? Find(Func<nint, int, (int Error, Found? Found)> ask)
    {
        for (var length = FirstBufferBytes; length <= MaxBufferBytes; length *= 4)
        {
            var buffer = Marshal.AllocHGlobal(length);
            try
            {
                var (error, found) = ask(buffer, length);
                if (error != Libc.OutOfRange)
                {
                    return found;
                }
            }
            finally
            {
                Marshal.FreeHGlobal(buffer);
            }
        }

        return null;
    }

    private static (int Error, Found? Found) AskUser(uint id, string? name, nint buffer, int length)
    {
        var error = name is null
            ? Libc.FindUser(id, out var entry, buffer, (nuint)length, out var result)
            : Libc.FindUserByName(name, out entry, buffer, (nuint)length, out result);
        return (error, error == 0 && result != 0 ? new Found(entry.UserId, Marshal.PtrToStringUTF8(entry.Name) ?? "") : null);
    }

    private static (int Error, Found? Found) AskGroup(uint id, string? name, nint buffer, int length)
    {
        var error = name is null
            ? Libc.FindGroup(id, out var entry, buffer, (nuint)length, out var result)
            : Libc.FindGroupByName(name, out entry, buffer, (nuint)length, out result);
        return (error, error == 0 && result != 0 ? new Found(entry.GroupId, Marshal.PtrToStringUTF8(entry.Name) ?? "") : null);
    }

    private sealed record Found(uint Id, string Name);
}
