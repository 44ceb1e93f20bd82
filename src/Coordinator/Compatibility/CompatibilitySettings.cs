using System.Net;

namespace Cairn.Coordinator.Compatibility;

/// <summary>The checked options.</summary>
internal sealed record CompatibilitySettings(IPEndPoint Listen, string Cluster)
{
    /// <summary>How long a script waits for its job to end before it is answered with the job's id: most clients give up after a minute.</summary>
    public TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(30);
}
