namespace Cairn.Agent.Engines.Files;

/// <summary>
/// <c>options:</c> of an instance of this engine, as the operator wrote it. Patterns are globs over the paths that a backup has: the
/// root's name, then the path below it.
/// </summary>
internal sealed class FilesOptions
{
    /// <summary>
    /// The directories with the data, <c>name: absolute path</c>. Taken in this order, and put in place in this order by a restore, so
    /// that without which the database cannot start stands last. At least one.
    /// </summary>
    public OrderedDictionary<string, string> Roots { get; set; } = [];

    /// <summary>Patterns of the files that are backed up; none: all. Directories always are.</summary>
    public List<string> Include { get; set; } = [];

    /// <summary>Patterns of what is left out; a directory with everything in it.</summary>
    public List<string> Exclude { get; set; } = [];

    /// <summary>
    /// Patterns of files that never change under their name: they are linked instead of copied, and an incremental backup does not read
    /// them again. None by default.
    /// </summary>
    public List<string> Immutable { get; set; } = [];

    /// <summary>Patterns of files that change nevertheless, although one of <see cref="Immutable"/> matches.</summary>
    public List<string> Mutable { get; set; } = [];

    /// <summary>
    /// What happens when files go on changing while they are copied: <c>refuse</c> ends the backup; <c>accept</c> takes each as it is
    /// found, and the point says so with a caveat. Default refuse.
    /// </summary>
    public string Changing { get; set; } = "refuse";

    /// <summary>
    /// Runs on every node before the first file is taken on any, not with --cold: the program's absolute path and its arguments, without a
    /// shell. Its limit is <c>commands.limit-seconds</c>.
    /// </summary>
    public List<string> BeforeCapture { get; set; } = [];

    /// <summary>
    /// Runs on every node when the last file was taken on all, and once more, at the latest when the capture ends, where it failed. Runs
    /// also when the backup fails after <see cref="BeforeCapture"/> has begun.
    /// </summary>
    public List<string> AfterCapture { get; set; } = [];

    /// <summary>
    /// The database's programs: a name or an absolute path, with words behind it that must stand on its command line too. While one
    /// runs, the database runs.
    /// </summary>
    public List<string> Processes { get; set; } = [];

    /// <summary>Ports that the database listens on, <c>8086</c> or <c>127.0.0.1:8086</c>. While something does, it runs.</summary>
    public List<string> Ports { get; set; } = [];
}
