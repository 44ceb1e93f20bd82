namespace Cairn.Coordinator.Catalog;

/// <summary>What a job does. The wire and the catalog use the lower-case word.</summary>
internal enum JobKind
{
    Backup,
    Verify,
    Restore,
    Undo,
    Discard,
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
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of job"),
    };

    public static JobKind Parse(string word) => word switch
    {
        "backup" => JobKind.Backup,
        "verify" => JobKind.Verify,
        "restore" => JobKind.Restore,
        "undo" => JobKind.Undo,
        "discard" => JobKind.Discard,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "not a kind of job"),
    };
}
