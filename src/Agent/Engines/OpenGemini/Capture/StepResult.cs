using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>What a step took, before its times are put on it.</summary>
internal sealed record StepResult(long Files, long Bytes, Evidence? Evidence = null)
{
    /// <summary>Sentences for the job's record.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What the point will not promise.</summary>
    public IReadOnlyList<Caveat> Caveats { get; init; } = [];

    /// <summary>The first byte read or link made, when the step waited before it.</summary>
    public DateTimeOffset? FirstTaken { get; init; }

    /// <summary>The last one.</summary>
    public DateTimeOffset? LastTaken { get; init; }
}
