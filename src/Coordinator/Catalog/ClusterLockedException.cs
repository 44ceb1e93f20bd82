using System.Globalization;
using Cairn.Shared.Errors;

namespace Cairn.Coordinator.Catalog;

/// <summary>Another job holds the cluster.</summary>
internal sealed class ClusterLockedException(string cluster, string kind, string jobId, DateTimeOffset? since)
    : CairnException(
        ErrorCode.ClusterLocked,
        string.Create(
            CultureInfo.InvariantCulture,
            $"cluster '{cluster}' is held by {kind} job {jobId} since {since:yyyy-MM-ddTHH:mm:ssZ}"),
        $"wait until it has ended: cairn job watch {jobId}",
        subject: jobId);
