namespace Cairn.Repository;

/// <summary>What a restore made.</summary>
public sealed record RestoreReport(long Files, long Directories, long Symlinks, long Bytes);
