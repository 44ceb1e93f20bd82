using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>What is said about a native backup that cannot be taken.</summary>
internal static class ForeignFailures
{
    /// <summary>The backup, or two of them together, are not what they should be.</summary>
    public static CairnException Unusable(string finding, string wayOut, string path, Exception? cause = null) =>
        new(ErrorCode.ForeignBackupUnusable, finding, wayOut, subject: path, cause: cause);

    /// <summary>A file of a backup is not what it should be.</summary>
    public static CairnException Damaged(string path, string finding, Exception? cause = null) => Unusable(
        $"'{path}': {finding}", "bring the file back from another copy of the backup, or use another backup", path, cause);
}
