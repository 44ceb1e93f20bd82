using System.ComponentModel.DataAnnotations;

namespace Cairn.Coordinator.Configuration;

/// <summary>
/// How long things may take. Every remote call has one of these as its deadline; none waits without an end. Seconds,
/// unless the name says otherwise.
/// </summary>
internal sealed class LimitsOptions
{
    /// <summary>An agent's answer to a question, and what a dead node costs. Default 10.</summary>
    [Range(1, 600)]
    public int CallSeconds { get; set; } = 10;

    /// <summary>How often agents are asked to say that they are alive. Three missed ones make a node silent. Default 5.</summary>
    [Range(1, 3600)]
    public int HeartbeatSeconds { get; set; } = 5;

    /// <summary>
    /// How long a job waits for an agent that stopped answering in the middle of a task, e.g. while it is restarted. A
    /// larger value survives longer outages; a dead host holds its cluster's lock that long. Default 120.
    /// </summary>
    [Range(1, 86_400)]
    public int PatienceSeconds { get; set; } = 120;

    /// <summary>Prechecks on a node; a restore's check reads directories and probes file systems. Default 120.</summary>
    [Range(1, 86_400)]
    public int PrecheckSeconds { get; set; } = 120;

    /// <summary>A capture step that declares no time of its own. Default 600.</summary>
    [Range(1, 86_400)]
    public int CaptureStepSeconds { get; set; } = 600;

    /// <summary>
    /// A capture that is neither renewed nor copied for this long ends by itself. Larger survives longer outages of
    /// this coordinator; the files of a lost one stay longer. Default 60.
    /// </summary>
    [Range(5, 86_400)]
    public int CaptureLeaseSeconds { get; set; } = 60;

    /// <summary>A capture older than this ends its job. Larger allows longer copies and holds deleted files longer. Default 86400.</summary>
    [Range(60, 604_800)]
    public int CaptureMaxAgeSeconds { get; set; } = 86_400;

    /// <summary>Free space on the captured file systems, in MiB, below which the job ends. Default 256.</summary>
    [Range(0, 1_048_576)]
    public int FreeFloorMebibytes { get; set; } = 256;

    /// <summary>Copy, stage and verify on one node. Default 86400.</summary>
    [Range(60, 604_800)]
    public int BulkSeconds { get; set; } = 86_400;

    /// <summary>Every other command: end, prepare, commit, abort, decide, swap, undo, discard. Default 600.</summary>
    [Range(5, 86_400)]
    public int CommandSeconds { get; set; } = 600;

    /// <summary>How often commands that an unreachable agent is owed are offered again. Default 5.</summary>
    [Range(1, 3600)]
    public int OwedSeconds { get; set; } = 5;

    /// <summary>
    /// How long a task may run without anything of it moving (bytes, files, its phase) before it is given up as lost. Larger bears
    /// slower disks; a hanging one holds the cluster's lock that long. Default 1800.
    /// </summary>
    [Range(30, 86_400)]
    public int StallSeconds { get; set; } = 1800;

    /// <summary>
    /// How long the captures of a backup that failed while it copied are kept, so that <c>cairn job resume</c> can go on with it;
    /// they take disk space meanwhile. 0: they are removed at once. Default 600.
    /// </summary>
    [Range(0, 86_400)]
    public int ResumeSeconds { get; set; } = 600;

    /// <summary>
    /// Life of the certificates that the coordinator issues, in hours; they are renewed after two thirds of it. Longer
    /// survives a longer absence of the coordinator. Default 720.
    /// </summary>
    [Range(1, 26_280)]
    public int CertificateHours { get; set; } = 720;

    /// <summary>Life of the coordinator's authority, in days; used once, when it is made. Default 3650.</summary>
    [Range(1, 36_500)]
    public int AuthorityDays { get; set; } = 3650;

    /// <summary>How long a client may take for its TLS handshake. Default 10.</summary>
    [Range(1, 120)]
    public int HandshakeSeconds { get; set; } = 10;
}
