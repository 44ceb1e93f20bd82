namespace Cairn.Repository;

/// <summary>Where an entry goes: a path below one of the restore's targets.</summary>
internal readonly record struct RestorePlace(ConfinedDirectory Target, string Relative)
{
    /// <summary>For errors.</summary>
    public string FullPath => Target.FullPath(Relative);
}
