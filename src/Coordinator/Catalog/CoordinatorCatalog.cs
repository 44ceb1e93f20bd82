using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Plans;
using Cairn.Coordinator.Users;

namespace Cairn.Coordinator.Catalog;

/// <summary>The catalog's tables in one hand.</summary>
internal sealed class CoordinatorCatalog(CatalogDatabase database)
{
    public NodeTable Nodes { get; } = new(database);

    public ClusterTable Clusters { get; } = new(database);

    public JobTable Jobs { get; } = new(database);

    public PointTable Points { get; } = new(database);

    public OwedTable Owed { get; } = new(database);

    public IdentityTable Identity { get; } = new(database);

    public UserTable Users { get; } = new(database);

    public PlanTable Plans { get; } = new(database);

    public AuditAnchorTable AuditAnchor { get; } = new(database);
}
