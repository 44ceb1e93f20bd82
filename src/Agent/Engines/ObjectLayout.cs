using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>Where objects' directories go.</summary>
/// <param name="Targets">One for each object and root.</param>
/// <param name="Checks">What the engine found, passed or not.</param>
public sealed record ObjectLayout(IReadOnlyList<ObjectTarget> Targets, IReadOnlyList<Check> Checks);

/// <summary>One directory that is added to a root.</summary>
/// <param name="Root">The root's name.</param>
/// <param name="RootPath">The root on this host, as configured.</param>
/// <param name="Directory">The directory's name in it, here and in the point.</param>
public sealed record ObjectTarget(string Root, string RootPath, string Directory);
