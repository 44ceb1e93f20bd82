namespace Cairn.Integration.Refusals;

/// <summary>Commands that start a program with less than the host's view or rights; they work with and without root.</summary>
internal static class Namespaces
{
    private static IEnumerable<string> AsRoot => Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];

    /// <summary>Where no process of the host is to be seen, as in a container.</summary>
    public static IReadOnlyList<string> OfItsOwnProcesses =>
        ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL", .. AsRoot];

    /// <summary>Without the right to look into processes that do not allow it.</summary>
    public static IReadOnlyList<string> WithoutTracing =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace"] : [];

    /// <summary>Where a directory is a mount of itself.</summary>
    public static IReadOnlyList<string> WithMountAt(string path) =>
        ["unshare", "--mount", .. AsRoot, "sh", "-c", $"mount --bind '{path}' '{path}' && exec \"$@\"", "sh"];
}
