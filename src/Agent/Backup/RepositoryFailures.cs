using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Backup;

/// <summary>The repository's failures in the words that the parts share.</summary>
internal static class RepositoryFailures
{
    /// <summary>The failure with its code; finding and way out stay the repository's.</summary>
    public static CairnException Translate(RepositoryException failure) => new(
        failure.Code switch
        {
            RepositoryErrorCode.PathNotOurs => ErrorCode.RepositoryForeign,
            RepositoryErrorCode.NotFound => ErrorCode.RepositoryUnusable,
            RepositoryErrorCode.UnsupportedFormat => ErrorCode.RepositoryUnusable,
            RepositoryErrorCode.Locked => ErrorCode.RepositoryUnusable,
            RepositoryErrorCode.Damaged => ErrorCode.PointDamaged,
            RepositoryErrorCode.PointNotFound => ErrorCode.PointNotFound,
            RepositoryErrorCode.PointDamaged => ErrorCode.PointDamaged,
            RepositoryErrorCode.PointState => ErrorCode.InvalidRequest,
            RepositoryErrorCode.Source => ErrorCode.InputOutput,
            RepositoryErrorCode.InvalidEntry => ErrorCode.Internal,
            RepositoryErrorCode.RestoreTarget => ErrorCode.PathUnusable,
            RepositoryErrorCode.ZstdUnavailable => ErrorCode.RepositoryUnusable,
            RepositoryErrorCode.NoSpace => ErrorCode.NoSpace,
            RepositoryErrorCode.Io => ErrorCode.InputOutput,
            RepositoryErrorCode.ReadOnly => ErrorCode.RepositoryUnusable,
            RepositoryErrorCode.KeyRequired => ErrorCode.RepositoryKey,
            RepositoryErrorCode.KeyWrong => ErrorCode.RepositoryKey,
            RepositoryErrorCode.KeySlotRemoved => ErrorCode.RepositoryKey,
            RepositoryErrorCode.KeySlotDamaged => ErrorCode.RepositoryKey,
            RepositoryErrorCode.NotEncrypted => ErrorCode.RepositoryKey,
            RepositoryErrorCode.LastKeySlot => ErrorCode.RepositoryKey,
            RepositoryErrorCode.KeySlotNotFound => ErrorCode.RepositoryKey,
            RepositoryErrorCode.KeyMaterial => ErrorCode.RepositoryKey,
            _ => ErrorCode.Internal,
        },
        failure.Message,
        failure.WayOut,
        subject: failure.Subject,
        cause: failure);

    /// <summary>As <see cref="Translate"/>, for a repository that could not be opened at all.</summary>
    public static CairnException TranslateOpening(RepositoryException failure)
    {
        var known = Translate(failure);
        return known.Code == ErrorCode.PointDamaged
            ? new CairnException(
                ErrorCode.RepositoryUnusable, known.Message, known.WayOut, subject: known.Subject, cause: failure)
            : known;
    }
}
