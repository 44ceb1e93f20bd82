namespace Cairn.Repository;

/// <summary>Segments of the point are damaged, so that what needs them stopped. Other points may be sound.</summary>
public sealed class PointDamagedException : RepositoryException
{
    internal PointDamagedException(Damage damage, Exception? inner = null)
        : base(
            RepositoryErrorCode.PointDamaged,
            damage.FoundIn,
            $"point {damage.Point}: {damage.Path ?? "(whole point)"} at offset {damage.Offset ?? 0}: {damage.Finding} (in {damage.FoundIn})",
            wayOut: "verify the point to see all that is hit, and restore from another one",
            inner)
    {
        Damage = damage;
    }

    /// <summary>What was found, and what it hits.</summary>
    public Damage Damage { get; }
}
