using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>Whether the captured nodes fit together.</summary>
/// <param name="Consistent">False: the capture must be repeated.</param>
/// <param name="Findings">One sentence per comparison, with its numbers.</param>
/// <param name="Consistency">What the point holds, in words that the point records.</param>
/// <param name="Caveats">What the point does not promise.</param>
public sealed record CutVerdict(
    bool Consistent, IReadOnlyList<string> Findings, string Consistency, IReadOnlyList<Caveat> Caveats);
