namespace Cairn.Coordinator.Catalog;

/// <summary>What a job does. The wire and the catalog use the lower-case word.</summary>
internal enum JobKind
{
    Backup,
    Verify,
    Restore,
    Undo,
    Discard,
    Delete,
    Export,
}

/// <summary>The words of <see cref="JobKind"/>.</summary>
internal static class JobKinds
{
    public static string Word(this JobKind kind) => kind switch
    {
        JobKind.Backup => "backup",
        JobKind.Verify => "verify",
        JobKind.Restore => "restore",
        JobKind.Undo => "undo",
        JobKind.Discard => "discard",
        JobKind.Delete => "delete",
        JobKind.Export => "export",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of job"),
    };

    public static JobKind Parse(string word) => word switch
    {
        "backup" => JobKind.Backup,
        "verify" => JobKind.Verify,
        "restore" => JobKind.Restore,
        "undo" => JobKind.Undo,
        "discard" => JobKind.Discard,
        "delete" => JobKind.Delete,
        "export" => JobKind.Export,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "not a kind of job"),
    };

    /// <summary>
    /// True when both may hold a cluster's lock at the same time: they read what is kept, or one of them adds to it. Two backups
    /// would write to one repository.
    /// </summary>
    public static bool MayRunBeside(this JobKind one, JobKind other) =>
        LeavesPointsAlone(one) && LeavesPointsAlone(other) && (one != JobKind.Backup || other != JobKind.Backup);

    private static bool LeavesPointsAlone(JobKind kind) => kind is JobKind.Backup or JobKind.Verify or JobKind.Export;
}
