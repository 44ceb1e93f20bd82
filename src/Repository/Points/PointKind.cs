namespace Cairn.Repository;

/// <summary>Whether a point started its chain or builds on an earlier point. Both restore by themselves.</summary>
public enum PointKind
{
    /// <summary>Begun without a base.</summary>
    Full = 1,

    /// <summary>Begun with a base.</summary>
    Incremental = 2,
}
