using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>What a capture step took.</summary>
/// <param name="Started">The first byte read or link made.</param>
/// <param name="Ended">The last.</param>
/// <param name="Files">Files taken.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Evidence">For <see cref="IEngine.CheckCut"/>; at most 1 MiB, empty when the step has none.</param>
/// <param name="Notes">Sentences for the job's record.</param>
/// <param name="Caveats">What the point will not promise.</param>
public sealed record CapturedStep(
    DateTimeOffset Started,
    DateTimeOffset Ended,
    long Files,
    long Bytes,
    ReadOnlyMemory<byte> Evidence,
    IReadOnlyList<string> Notes,
    IReadOnlyList<Caveat> Caveats);
