namespace Cairn.Faults;

/// <summary>A moment in a job on a node: right before a call to its kernel that changes a file.</summary>
/// <param name="Name">As people say it.</param>
/// <param name="Job">The job that comes to it.</param>
/// <param name="Call">The call, as <c>trap.py</c> writes it.</param>
/// <param name="Count">Which of such calls of the job it is.</param>
public sealed record KillPoint(string Name, JobKind Job, string Call, int Count)
{
    private const string TaskJournaled = "^rename .*/journal/tasks/[^/]*[.]json$";
    private const string TaskDurable = "^sync .*/journal/tasks$";
    private const string RestoreJournaled = "^rename .*/journal/restores/[^/]*[.]json$";
    private const string Exchanged = "^rename .*/db/n2/(wal|data)$";

    /// <summary>All of them. The tasks of a backup are three capture steps, copy, end of the capture, prepare and commit.</summary>
    public static IReadOnlyList<KillPoint> All { get; } =
    [
        new("command accepted", JobKind.Backup, TaskJournaled, 1),
        new("journal written", JobKind.Backup, TaskDurable, 1),
        new("capture taken", JobKind.Backup, TaskJournaled, 4),
        new("half copied", JobKind.Backup, "^write .*/packs/.*[.]pack$", 2),
        new("manifest temporary", JobKind.Backup, "^rename .*/manifests/.*[.]manifest$", 1),
        new("manifest renamed", JobKind.Backup, "^sync .*/manifests$", 1),
        new("reply lost", JobKind.Backup, TaskDurable, 12),
        new("first of n commits sent", JobKind.Backup, "^rename .*/commits/.*[.]commit$", 1),
        new("restore staged", JobKind.Restore, RestoreJournaled, 2),
        new("before DECIDED", JobKind.Restore, TaskDurable, 2),
        new("after DECIDED", JobKind.Restore, RestoreJournaled, 3),
        new("between the two renames", JobKind.Restore, Exchanged, 2),
        new("before start", JobKind.RestoreAndStart, TaskDurable, 9),
        new("during undo", JobKind.Undo, Exchanged, 2),
        new("while discarding", JobKind.Discard, "^unlink .*/[.]cairn/restore/", 1),
        new("deletion begun", JobKind.Delete, "^rename .*/tombstones/.*[.]tombstone$", 1),
        new("half deleted", JobKind.Delete, "^unlink .*/packs/.*[.]pack$", 1),
    ];

    /// <summary>The one of that name.</summary>
    public static KillPoint Of(string name) => All.Single(point => point.Name == name);
}
