using System.Security.Cryptography;
using System.Text;

namespace Cairn.Coordinator.Plans;

/// <summary>
/// What something destructive would do, one sentence a line, and the hash by which the caller says that it saw just that.
/// Only what decides the outcome is in the lines: no free space, no process ids, no times of looking.
/// </summary>
internal sealed record SeenPlan
{
    /// <summary>The lines and their hash.</summary>
    public SeenPlan(IReadOnlyList<string> steps)
    {
        Steps = steps;
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', steps))));
    }

    /// <summary>The lines, in order.</summary>
    public IReadOnlyList<string> Steps { get; }

    /// <summary>SHA-256 over the lines in UTF-8, with a line feed between them; lower-case hex.</summary>
    public string Hash { get; }
}
