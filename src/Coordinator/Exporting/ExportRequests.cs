using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Exporting;

/// <summary>What people ask about bringing points out.</summary>
internal sealed class ExportRequests(CoordinatorCatalog catalog, JobStart jobs)
{
    /// <summary>Starts an export.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>, <see cref="ErrorCode.InvalidRequest"/>.
    /// </exception>
    public Job Run(ExportBackupRequest request, Caller asker)
    {
        catalog.Clusters.Get(request.Cluster);
        if (Fault(request) is { } fault)
        {
            throw new CairnException(ErrorCode.InvalidRequest, fault, "see 'cairn backup export --help'");
        }

        return jobs.Start(JobKind.Export, request.Cluster, request, asker);
    }

    // Where the directory may be is each agent's to say.
    private static string? Fault(ExportBackupRequest request)
    {
        var packing = request.Packing ?? new ExportPacking();
        return request.Point.Length == 0 ? "no point is named"
            : request.Format is not (ExportFormat.Plain or ExportFormat.Tar) ? "the format is neither plain nor tar"
            : !request.Directory.StartsWith('/') ? $"'{request.Directory}' is no absolute path"
            : packing is { Gzip: not 0, Zstd: not 0 } ? "gzip and zstd exclude each other"
            : packing.Gzip is < 0 or > 9 ? "gzip takes 1 to 9"
            : packing.Zstd is < 0 or > 19 ? "zstd takes 1 to 19"
            : request.Format == ExportFormat.Plain && packing is not { Gzip: 0, Zstd: 0 } ? "only a tar is packed"
            : null;
    }
}
