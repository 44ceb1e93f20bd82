using Cairn.Agent.Backup;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tasks;

/// <summary>Turns whatever a task met into a failure that somebody can act on; null for a defect of ours.</summary>
internal static class FailureTranslation
{
    public static CairnException? Translate(Exception failure) => failure switch
    {
        CairnException known => known,
        RepositoryException repository => RepositoryFailures.Translate(repository),
        UnauthorizedAccessException => new CairnException(
            ErrorCode.PermissionMissing,
            failure.Message,
            "run the agent as the database's user or as root, or give it the right",
            cause: failure),
        IOException => new CairnException(
            ErrorCode.InputOutput, failure.Message, "see that the file system is healthy and writable", cause: failure),
        _ => null,
    };
}
