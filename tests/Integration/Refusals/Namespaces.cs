namespace Cairn.Integration.Refusals;

/// <summary>Commands that start a program in namespaces of its own, with or without root.</summary>
internal static class Namespaces
{
    private static IEnumerable<string> AsRoot => Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];

    /// <summary>Where no process of the host is to be seen, as in a container.</summary>
    public static IReadOnlyList<string> OfItsOwnProcesses =>
        ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL", .. AsRoot];

    /// <summary>Where a directory is a mount of itself.</summary>
    public static IReadOnlyList<string> WithMountAt(string path) =>
        ["unshare", "--mount", .. AsRoot, "sh", "-c", $"mount --bind '{path}' '{path}' && exec \"$@\"", "sh"];
}
