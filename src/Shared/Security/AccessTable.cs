using System.Collections.Frozen;

namespace Cairn.Shared.Security;

/// <summary>
/// Every method of every service of both daemons, and who may call it. A method that is not here is refused to
/// everybody; a test walks the services' descriptors and fails for one that is missing.
/// </summary>
public static class AccessTable
{
    private static readonly FrozenDictionary<string, AccessRow> Rows = new Dictionary<string, AccessRow>
    {
        // Monitoring has no credential, and sees this only.
        ["/grpc.health.v1.Health/Check"] = Reads(Access.Anyone),
        ["/grpc.health.v1.Health/List"] = Reads(Access.Anyone),
        ["/grpc.health.v1.Health/Watch"] = Reads(Access.Anyone),
        ["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] = Reads(Access.Proven),

        ["/cairn.v1.Coordinator/RegisterAgent"] = Changes(Access.OwnNode),
        ["/cairn.v1.Coordinator/Heartbeat"] = Reads(Access.OwnNode),
        ["/cairn.v1.Coordinator/GetDecision"] = Reads(Access.OwnNode),

        ["/cairn.v1.Coordinator/AddCluster"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/ListClusters"] = Reads(Access.Viewer),
        ["/cairn.v1.Coordinator/GetTopology"] = Reads(Access.Viewer),
        ["/cairn.v1.Coordinator/LockCluster"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/UnlockCluster"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/ListNodes"] = Reads(Access.Viewer),
        ["/cairn.v1.Coordinator/GetNode"] = Reads(Access.Viewer),

        ["/cairn.v1.Coordinator/RunBackup"] = Changes(Access.Operator),
        ["/cairn.v1.Coordinator/ListBackups"] = Reads(Access.Viewer),
        ["/cairn.v1.Coordinator/GetBackup"] = Reads(Access.Viewer),
        ["/cairn.v1.Coordinator/ListBackupFiles"] = Reads(Access.Viewer),
        ["/cairn.v1.Coordinator/VerifyBackup"] = Changes(Access.Operator),

        ["/cairn.v1.Coordinator/PlanDeletion"] = Reads(Access.Operator),
        ["/cairn.v1.Coordinator/DeleteBackup"] = Changes(Access.Admin),

        // It brings all data of the cluster out, in the open.
        ["/cairn.v1.Coordinator/ExportBackup"] = Changes(Access.Admin),

        // A plan probes every node's disks; it changes nothing, but it is not for everybody who may look.
        ["/cairn.v1.Coordinator/PlanRestore"] = Reads(Access.Operator),
        ["/cairn.v1.Coordinator/RunRestore"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/PlanAftermath"] = Reads(Access.Operator),
        ["/cairn.v1.Coordinator/UndoRestore"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/DiscardRestore"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/RebuildCatalog"] = Changes(Access.Admin),

        // Which jobs a user sees is decided job by job: JobSight in the coordinator.
        ["/cairn.v1.Coordinator/ListJobs"] = Reads(Access.Viewer),
        ["/cairn.v1.Coordinator/GetJob"] = Reads(Access.Viewer),
        ["/cairn.v1.Coordinator/WatchJob"] = Reads(Access.Viewer),

        ["/cairn.v1.Coordinator/CancelJob"] = Changes(Access.Operator),
        ["/cairn.v1.Coordinator/ResumeJob"] = Changes(Access.Operator),

        ["/cairn.v1.Coordinator/AddUser"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/ListUsers"] = Reads(Access.Admin),
        ["/cairn.v1.Coordinator/RemoveUser"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/RotateUserToken"] = Changes(Access.Admin),
        ["/cairn.v1.Coordinator/WhoAmI"] = Reads(Access.Proven),
        ["/cairn.v1.Coordinator/ListAudit"] = Reads(Access.Admin),
        ["/cairn.v1.Coordinator/VerifyAudit"] = Reads(Access.Admin),

        ["/cairn.v1.Identity/Enrol"] = Changes(Access.JoinToken),
        ["/cairn.v1.Identity/RenewCertificate"] = Changes(Access.OwnNode),
        ["/cairn.v1.Identity/CertifyUser"] = Changes(Access.Admin),
        ["/cairn.v1.Identity/CreateJoinToken"] = Changes(Access.Admin),
        ["/cairn.v1.Identity/RevokeNode"] = Changes(Access.Admin),
        ["/cairn.v1.Identity/BackupAuthority"] = Changes(Access.Admin),

        ["/cairn.v1.Agent/Describe"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/Precheck"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/CheckCut"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/GetTask"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/ListTasks"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/WatchTask"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/ListPoints"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/ListEntries"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/Capture"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/RenewCapture"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Copy"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/PlanDelete"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/Delete"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Export"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/EndTasks"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/FetchMetadata"] = Reads(Access.Coordinator),
        ["/cairn.v1.Agent/PutMetadata"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/EndCapture"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Prepare"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Commit"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Abort"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Verify"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/StopInstances"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/StartInstances"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Stage"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Decide"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Swap"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/AdoptObjects"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Undo"] = Changes(Access.Coordinator),
        ["/cairn.v1.Agent/Discard"] = Changes(Access.Coordinator),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Who may call <paramref name="method"/> (<c>/package.Service/Method</c>); null, that is nobody, when it is not here.</summary>
    public static AccessRow? Find(string method) => Rows.GetValueOrDefault(method);

    /// <summary>The methods that the table knows.</summary>
    public static IReadOnlyCollection<string> Methods => Rows.Keys;

    private static AccessRow Reads(Access access) => new(access, Changes: false);

    private static AccessRow Changes(Access access) => new(access, Changes: true);
}
