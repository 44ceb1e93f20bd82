namespace Cairn.Agent.Journal;

/// <summary>
/// An export that is whole and about to get its name; kept before the rename, so that the agent knows it again by inode and time when it died before the
/// end of the task was journaled. Its key is the job.
/// </summary>
/// <param name="Path">The name that it gets.</param>
/// <param name="Inode">The inode of the directory or file, which a rename keeps.</param>
/// <param name="ModifiedNs">When it was last modified, in ns since 1970: inodes are used again.</param>
/// <param name="Entries">Of the task's result.</param>
/// <param name="Bytes">Of the task's result.</param>
/// <param name="Notes">Of the task's result.</param>
/// <param name="Made">When it was whole.</param>
internal sealed record ExportRecord(
    string Path, ulong Inode, long ModifiedNs, long Entries, long Bytes, IReadOnlyList<string> Notes, DateTimeOffset Made);
