using System.Collections.Frozen;
using Grpc.Core;
using Outcome = Cairn.Shared.Errors.ExitClass;

namespace Cairn.Shared.Errors;

/// <summary>The one table from <see cref="ErrorCode"/> to its wire name, gRPC status and exit class.</summary>
public static class ErrorCodes
{
    private static readonly FrozenDictionary<ErrorCode, Row> Rows = new Dictionary<ErrorCode, Row>
    {
        [ErrorCode.AgentUnreachable] = new("AGENT_UNREACHABLE", StatusCode.Unavailable, Outcome.Unreachable),
        [ErrorCode.AgentTooOld] = new("AGENT_TOO_OLD", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.CoordinatorUnreachable] =
            new("COORDINATOR_UNREACHABLE", StatusCode.Unavailable, Outcome.Unreachable),
        [ErrorCode.MemberDead] = new("MEMBER_DEAD", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.NoLeader] = new("NO_LEADER", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.LeaderMoved] = new("LEADER_MOVED", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.Unsettled] = new("UNSETTLED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.TopologyConflict] = new("TOPOLOGY_CONFLICT", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.TopologyMismatch] = new("TOPOLOGY_MISMATCH", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.InstanceRunning] = new("INSTANCE_RUNNING", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.InstanceNotRunning] = new("INSTANCE_NOT_RUNNING", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.CannotTell] = new("CANNOT_TELL", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.PortTaken] = new("PORT_TAKEN", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.OutsideRoots] = new("OUTSIDE_ROOTS", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.PathUnusable] = new("PATH_UNUSABLE", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.RepositoryForeign] = new("REPOSITORY_FOREIGN", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.RepositoryUnusable] = new("REPOSITORY_UNUSABLE", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.RepositoryKey] = new("REPOSITORY_KEY", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.NoSpace] = new("NO_SPACE", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.LinkImpossible] = new("LINK_IMPOSSIBLE", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.RenameImpossible] = new("RENAME_IMPOSSIBLE", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.PointNotFound] = new("POINT_NOT_FOUND", StatusCode.NotFound, Outcome.Refused),
        [ErrorCode.PointDamaged] = new("POINT_DAMAGED", StatusCode.DataLoss, Outcome.Failed),
        [ErrorCode.WrongCluster] = new("WRONG_CLUSTER", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.CaveatNotAccepted] = new("CAVEAT_NOT_ACCEPTED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.ClusterLocked] = new("CLUSTER_LOCKED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.NodeLocked] = new("NODE_LOCKED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.TaskLost] = new("TASK_LOST", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.LockBroken] = new("LOCK_BROKEN", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.CommandFailed] = new("COMMAND_FAILED", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.JobCancelled] = new("JOB_CANCELLED", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.CannotCancel] = new("CANNOT_CANCEL", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.CannotResume] = new("CANNOT_RESUME", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.StaleEpoch] = new("STALE_EPOCH", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.CaptureLost] = new("CAPTURE_LOST", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.CaptureUnstable] = new("CAPTURE_UNSTABLE", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.CutInconsistent] = new("CUT_INCONSISTENT", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.ForeignBackupUnusable] = new("FOREIGN_BACKUP_UNUSABLE", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.EngineAnswer] = new("ENGINE_ANSWER", StatusCode.FailedPrecondition, Outcome.Failed),
        [ErrorCode.MetadataTooLarge] = new("METADATA_TOO_LARGE", StatusCode.ResourceExhausted, Outcome.Refused),
        [ErrorCode.AdoptionUnclear] = new("ADOPTION_UNCLEAR", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.Unsupported] = new("UNSUPPORTED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.NoSuchRestore] = new("NO_SUCH_RESTORE", StatusCode.NotFound, Outcome.Refused),
        [ErrorCode.UnknownCluster] = new("UNKNOWN_CLUSTER", StatusCode.NotFound, Outcome.Refused),
        [ErrorCode.UnknownNode] = new("UNKNOWN_NODE", StatusCode.NotFound, Outcome.Refused),
        [ErrorCode.UnknownJob] = new("UNKNOWN_JOB", StatusCode.NotFound, Outcome.Refused),
        [ErrorCode.UnknownTask] = new("UNKNOWN_TASK", StatusCode.NotFound, Outcome.Refused),
        [ErrorCode.AlreadyExists] = new("ALREADY_EXISTS", StatusCode.AlreadyExists, Outcome.Refused),
        [ErrorCode.InvalidRequest] = new("INVALID_REQUEST", StatusCode.InvalidArgument, Outcome.Usage),
        [ErrorCode.ConfigurationInvalid] =
            new("CONFIGURATION_INVALID", StatusCode.FailedPrecondition, Outcome.Usage),
        [ErrorCode.NotLoopback] = new("NOT_LOOPBACK", StatusCode.FailedPrecondition, Outcome.Usage),
        [ErrorCode.CertificateUnknownAuthority] =
            new("CERTIFICATE_UNKNOWN_AUTHORITY", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.CertificateExpired] = new("CERTIFICATE_EXPIRED", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.CertificateNotYetValid] =
            new("CERTIFICATE_NOT_YET_VALID", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.CertificateRevoked] = new("CERTIFICATE_REVOKED", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.CertificateUnfit] = new("CERTIFICATE_UNFIT", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.NotMyCoordinator] = new("NOT_MY_COORDINATOR", StatusCode.PermissionDenied, Outcome.Refused),
        [ErrorCode.PeerUntrusted] = new("PEER_UNTRUSTED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.JoinTokenInvalid] = new("JOIN_TOKEN_INVALID", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.JoinTokenExpired] = new("JOIN_TOKEN_EXPIRED", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.JoinTokenUsed] = new("JOIN_TOKEN_USED", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.NotEnrolled] = new("NOT_ENROLLED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.KeyExposed] = new("KEY_EXPOSED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.AuthorityUnusable] = new("AUTHORITY_UNUSABLE", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.PermissionMissing] = new("PERMISSION_MISSING", StatusCode.PermissionDenied, Outcome.Refused),
        [ErrorCode.CredentialMissing] = new("CREDENTIAL_MISSING", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.CredentialInvalid] = new("CREDENTIAL_INVALID", StatusCode.Unauthenticated, Outcome.Refused),
        [ErrorCode.NotAllowed] = new("NOT_ALLOWED", StatusCode.PermissionDenied, Outcome.Refused),
        [ErrorCode.WrongNode] = new("WRONG_NODE", StatusCode.PermissionDenied, Outcome.Refused),
        [ErrorCode.TooManyFailures] = new("TOO_MANY_FAILURES", StatusCode.ResourceExhausted, Outcome.Refused),
        [ErrorCode.UnknownUser] = new("UNKNOWN_USER", StatusCode.NotFound, Outcome.Refused),
        [ErrorCode.LastAdmin] = new("LAST_ADMIN", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.PlanChanged] = new("PLAN_CHANGED", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.AuditUnavailable] = new("AUDIT_UNAVAILABLE", StatusCode.FailedPrecondition, Outcome.Refused),
        [ErrorCode.AuditDamaged] = new("AUDIT_DAMAGED", StatusCode.DataLoss, Outcome.Failed),
        [ErrorCode.DeadlineExceeded] = new("DEADLINE_EXCEEDED", StatusCode.DeadlineExceeded, Outcome.Failed),
        [ErrorCode.Interrupted] = new("INTERRUPTED", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.InputOutput] = new("INPUT_OUTPUT", StatusCode.Aborted, Outcome.Failed),
        [ErrorCode.Internal] = new("INTERNAL", StatusCode.Internal, Outcome.Failed),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, ErrorCode> ByName =
        Rows.ToFrozenDictionary(row => row.Value.Name, row => row.Key, StringComparer.Ordinal);

    /// <summary>The code's name on the wire, in logs and in docs, e.g. <c>INSTANCE_RUNNING</c>.</summary>
    public static string WireName(this ErrorCode code) => Rows[code].Name;

    /// <summary>The gRPC status that carries the code.</summary>
    public static StatusCode Status(this ErrorCode code) => Rows[code].Status;

    /// <summary>How the command line ends when this code reaches it.</summary>
    public static ExitClass ExitClass(this ErrorCode code) => Rows[code].Exit;

    /// <summary>Finds a code by its wire name; a name that this version does not know is <see cref="ErrorCode.Internal"/>.</summary>
    public static ErrorCode Parse(string wireName) => ByName.GetValueOrDefault(wireName, ErrorCode.Internal);

    private sealed record Row(string Name, StatusCode Status, ExitClass Exit);
}
