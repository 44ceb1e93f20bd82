using Cairn.Agent.Journal;

namespace Cairn.Agent.Restore;

/// <summary>One directory and what goes into it.</summary>
internal sealed record PlannedPart(RestorePart Part, long Files, long Bytes);
