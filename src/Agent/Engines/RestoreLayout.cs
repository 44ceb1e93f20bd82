using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>Where the parts of an instance go, in the order in which they are put in place.</summary>
/// <param name="Targets">The last is the piece without which the engine cannot start.</param>
/// <param name="Checks">What the engine found, passed or not.</param>
public sealed record RestoreLayout(IReadOnlyList<RestoreTarget> Targets, IReadOnlyList<Check> Checks);

/// <summary>One directory that a restore replaces.</summary>
/// <param name="Root">The root's name: the first component of its paths in the backup.</param>
/// <param name="TargetPath">The directory on this host, as configured.</param>
/// <param name="Content">
/// True: the point's part goes here, even when it is an empty directory. False: the old directory is moved aside and an
/// empty one of the same owner and mode is left.
/// </param>
public sealed record RestoreTarget(string Root, string TargetPath, bool Content);
