using System.ComponentModel.DataAnnotations;

namespace Cairn.Coordinator.Audit;

/// <summary>How much of the audit log is kept. The product of both is the most that it takes on disk.</summary>
internal sealed class AuditOptions
{
    /// <summary>A file of the log is closed at this size, in MiB. Default 16.</summary>
    [Range(1, 1024)]
    public int FileMebibytes { get; set; } = 16;

    /// <summary>So many files are kept; the oldest is removed for a new one. Default 64.</summary>
    [Range(2, 10_000)]
    public int Files { get; set; } = 64;
}
