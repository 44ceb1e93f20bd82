using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Audit;

/// <summary>What admins ask about the audit log.</summary>
internal sealed class AuditRequests(AuditLog log, AuditedRefusals refusals)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 100_000;

    /// <summary>The newest records, oldest of them first.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public IReadOnlyList<AuditEntry> List(ListAuditRequest request, CancellationToken cancellationToken)
    {
        if (request.Limit is < 0 or > MaxLimit)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, $"{request.Limit} records cannot be listed at once", $"ask for 1 to {MaxLimit}");
        }

        refusals.Flush();
        return new AuditListing(log).Newest(
            request.Limit == 0 ? DefaultLimit : request.Limit,
            record => (request.Who.Length == 0 || record.Who == request.Who)
                && (!request.RefusalsOnly || record.Kind is AuditKind.Refused or AuditKind.Suppressed),
            cancellationToken);
    }

    /// <summary>Holds the log against itself and the catalog.</summary>
    public AuditVerdict Verify(CancellationToken cancellationToken)
    {
        AuditVerdict verdict;
        AuditAnchor before;
        do
        {
            // When the oldest file's time was over meanwhile, it would be missed.
            before = log.Anchor;
            verdict = AuditVerifier.Verify(log.Location, before, cancellationToken);
        }
        while (!verdict.Sound && log.Anchor.FirstSequence != before.FirstSequence);

        return verdict;
    }
}
