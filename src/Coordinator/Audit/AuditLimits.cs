namespace Cairn.Coordinator.Audit;

/// <summary>The checked <see cref="AuditOptions"/>.</summary>
internal sealed record AuditLimits(long FileBytes, int Files)
{
    /// <summary>The limits out of what the operator wrote; the ranges have been checked before.</summary>
    public static AuditLimits From(AuditOptions options) => new(options.FileMebibytes * 1024L * 1024L, options.Files);
}
