using Cairn.Agent.Native;

namespace Cairn.Agent.Proofs;

/// <summary>
/// Whether <c>/proc</c> shows every process of this machine. It does not inside a PID namespace of one's own, nor, for
/// others than root, when it is mounted with <c>hidepid</c>.
/// </summary>
internal static class ProcessVisibility
{
    // PROC_PID_INIT_INO of include/linux/proc_ns.h: the first PID namespace of a kernel always has this number.
    private const string FirstNamespace = "pid:[4026531836]";

    /// <summary>Why processes may be hidden, and what would show them; null when all are visible.</summary>
    public static (string Finding, string WayOut)? Hidden()
    {
        string mounts;
        string? pidNamespace;
        try
        {
            mounts = File.ReadAllText("/proc/self/mountinfo");
            pidNamespace = new FileInfo("/proc/self/ns/pid").LinkTarget;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return ($"/proc cannot be read: {failed.Message}", "give the agent a readable /proc");
        }

        return Judge(mounts, pidNamespace ?? "", NativeFiles.UserId);
    }

    /// <summary>The judgement itself, on what <see cref="Hidden"/> read.</summary>
    public static (string Finding, string WayOut)? Judge(string mountInfo, string pidNamespace, uint user)
    {
        if (pidNamespace != FirstNamespace)
        {
            return ($"the agent runs in a PID namespace of its own ({pidNamespace}), where processes outside are not visible",
                "run the agent in the host's PID namespace (containers: pid: host, hostPID: true)");
        }

        var hiding = mountInfo.Split('\n').Where(IsProc).SelectMany(OptionsOf).FirstOrDefault(
            option => option.StartsWith("hidepid=", StringComparison.Ordinal) && option is not ("hidepid=0" or "hidepid=off"));
        return hiding is null || user == 0
            ? null
            : ($"/proc is mounted with {hiding}, so processes of other users are not visible to user {user}",
                "run the agent as root, or mount /proc with hidepid=0 or with a gid= that the agent has");
    }

    private static bool IsProc(string line) => line.Split(' ') is { Length: > 5 } fields && fields[4] == "/proc";

    private static string[] OptionsOf(string line) => line[(line.LastIndexOf(' ') + 1)..].Split(',');
}
