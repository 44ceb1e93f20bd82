namespace Cairn.Shared.Errors;

/// <summary>
/// Every failure that somebody can act on. The wire name, the gRPC status and the exit class of each stand in
/// <see cref="ErrorCodes"/>; what to do about each stands in docs/errors.md.
/// </summary>
public enum ErrorCode
{
    /// <summary>An agent did not answer within its deadline.</summary>
    AgentUnreachable,

    /// <summary>An agent speaks an older protocol than this coordinator needs.</summary>
    AgentTooOld,

    /// <summary>The coordinator did not answer.</summary>
    CoordinatorUnreachable,

    /// <summary>A member of the database cluster is dead, by the database's own word.</summary>
    MemberDead,

    /// <summary>No instance leads the cluster's metadata, or two claim to.</summary>
    NoLeader,

    /// <summary>The leader changed while its metadata were captured.</summary>
    LeaderMoved,

    /// <summary>The database moves partitions, or does something else that a backup must not run beside.</summary>
    Unsettled,

    /// <summary>What agents report and what the databases say do not describe the same cluster.</summary>
    TopologyConflict,

    /// <summary>Node names, roles, addresses or versions differ from the point's.</summary>
    TopologyMismatch,

    /// <summary>A process that owns the data runs.</summary>
    InstanceRunning,

    /// <summary>An instance that must run for this does not.</summary>
    InstanceNotRunning,

    /// <summary>Whether a process owns the data could not be found out.</summary>
    CannotTell,

    /// <summary>Something listens on a port of an instance that is said to be stopped.</summary>
    PortTaken,

    /// <summary>A path lies outside the directories that the agent's configuration allows.</summary>
    OutsideRoots,

    /// <summary>A path of the engine or of the configuration is missing or not what it must be.</summary>
    PathUnusable,

    /// <summary>The repository's directory holds something that is not a Cairn repository.</summary>
    RepositoryForeign,

    /// <summary>The repository cannot be used: locked by another process, newer format, damaged marker.</summary>
    RepositoryUnusable,

    /// <summary>The key of an encrypted repository is missing, wrong, of a removed slot or damaged; or a key was given for one that is not encrypted.</summary>
    RepositoryKey,

    /// <summary>Not enough free space.</summary>
    NoSpace,

    /// <summary>Hard links cannot be made where they are needed.</summary>
    LinkImpossible,

    /// <summary>A directory cannot be renamed where it must be: a mount point, another file system, missing right.</summary>
    RenameImpossible,

    /// <summary>No such backup point.</summary>
    PointNotFound,

    /// <summary>A backup point, or something it needs, is damaged.</summary>
    PointDamaged,

    /// <summary>The point belongs to another cluster.</summary>
    WrongCluster,

    /// <summary>The point carries a caveat that the operator has not accepted.</summary>
    CaveatNotAccepted,

    /// <summary>Another job holds the cluster.</summary>
    ClusterLocked,

    /// <summary>Another process works on this node: its agent, or a recovery without one.</summary>
    NodeLocked,

    /// <summary>An agent says that a task runs, but nothing of it has moved for too long.</summary>
    TaskLost,

    /// <summary>Somebody broke the cluster's lock while the job held it.</summary>
    LockBroken,

    /// <summary>A command of the agent's configuration failed or took too long.</summary>
    CommandFailed,

    /// <summary>Somebody gave the job up.</summary>
    JobCancelled,

    /// <summary>The job cannot be given up any more.</summary>
    CannotCancel,

    /// <summary>The job cannot be gone on with: it has not failed, or nothing of it is kept.</summary>
    CannotResume,

    /// <summary>The command is older than one that the agent has already seen.</summary>
    StaleEpoch,

    /// <summary>The capture ended before its copy did: lease, age or space.</summary>
    CaptureLost,

    /// <summary>The files did not hold still within the allowed number of passes, or what the database held open for the copy was lost.</summary>
    CaptureUnstable,

    /// <summary>The captured nodes do not fit together.</summary>
    CutInconsistent,

    /// <summary>A backup made by the database's own tools is incomplete, damaged, or does not belong to the other that was named.</summary>
    ForeignBackupUnusable,

    /// <summary>The database answered something that cannot be used.</summary>
    EngineAnswer,

    /// <summary>The running database was told to take objects back, and it is not known that it did so as it should.</summary>
    AdoptionUnclear,

    /// <summary>The cluster's metadata are larger than what may pass through the coordinator.</summary>
    MetadataTooLarge,

    /// <summary>A part of the request cannot be done yet, or not with this engine.</summary>
    Unsupported,

    /// <summary>Nothing matches the undo or discard that was asked for.</summary>
    NoSuchRestore,

    /// <summary>No such cluster.</summary>
    UnknownCluster,

    /// <summary>No such node.</summary>
    UnknownNode,

    /// <summary>No such job.</summary>
    UnknownJob,

    /// <summary>No such task in the agent's journal.</summary>
    UnknownTask,

    /// <summary>It exists already.</summary>
    AlreadyExists,

    /// <summary>A field of the request is missing or malformed.</summary>
    InvalidRequest,

    /// <summary>A configuration file is wrong.</summary>
    ConfigurationInvalid,

    /// <summary>An address other than loopback was configured, and that is refused until identities exist.</summary>
    NotLoopback,

    /// <summary>The caller's certificate was not issued by the authority that is trusted here.</summary>
    CertificateUnknownAuthority,

    /// <summary>The caller's certificate has ended.</summary>
    CertificateExpired,

    /// <summary>The caller's certificate is not valid yet.</summary>
    CertificateNotYetValid,

    /// <summary>The caller's certificate was revoked.</summary>
    CertificateRevoked,

    /// <summary>The caller's certificate is of the right authority but names nobody, or is not meant for this use.</summary>
    CertificateUnfit,

    /// <summary>An agent was called by somebody else than its coordinator.</summary>
    NotMyCoordinator,

    /// <summary>The server that was called could not prove to be the part that was meant.</summary>
    PeerUntrusted,

    /// <summary>A join token is malformed, unknown, or made for another node.</summary>
    JoinTokenInvalid,

    /// <summary>A join token's time has passed.</summary>
    JoinTokenExpired,

    /// <summary>A join token was used before.</summary>
    JoinTokenUsed,

    /// <summary>An agent has no certificate of its coordinator yet.</summary>
    NotEnrolled,

    /// <summary>A file with a secret can be read by others, or belongs to another user.</summary>
    KeyExposed,

    /// <summary>The certificate authority's files, or a sealed copy of it, cannot be used.</summary>
    AuthorityUnusable,

    /// <summary>The right to do it is missing on the host.</summary>
    PermissionMissing,

    /// <summary>The call needs a credential and none was shown.</summary>
    CredentialMissing,

    /// <summary>The token that was shown is unknown, replaced, removed, expired or malformed.</summary>
    CredentialInvalid,

    /// <summary>The caller is known, and may not make this call.</summary>
    NotAllowed,

    /// <summary>A node's agent spoke for another node.</summary>
    WrongNode,

    /// <summary>Too many credentials from this address were refused; it has to wait.</summary>
    TooManyFailures,

    /// <summary>No such user.</summary>
    UnknownUser,

    /// <summary>Without this user nobody could manage users any more.</summary>
    LastAdmin,

    /// <summary>What would be done now is not what the caller saw when it asked for the plan.</summary>
    PlanChanged,

    /// <summary>The audit log cannot be written, so nothing that would have to be in it is done.</summary>
    AuditUnavailable,

    /// <summary>The audit log is not what was written: changed, shortened, or records are missing.</summary>
    AuditDamaged,

    /// <summary>A step did not end within its deadline.</summary>
    DeadlineExceeded,

    /// <summary>The job was interrupted and everything it had made was cleaned up.</summary>
    Interrupted,

    /// <summary>Reading or writing a file failed.</summary>
    InputOutput,

    /// <summary>A defect in Cairn; the log on the named node says more.</summary>
    Internal,
}
