using Cairn.V1;
using Dapper;
using Google.Protobuf;

namespace Cairn.Coordinator.Catalog;

/// <summary>The registered agents.</summary>
internal sealed class NodeTable(CatalogDatabase database)
{
    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<NodeRecord> All() => database.Read(db => db
        .Query<Row>("SELECT * FROM nodes ORDER BY name")
        .Select(row => row.ToRecord())
        .ToList());

    /// <summary>Adds the node or replaces what was known of it.</summary>
    public void Put(NodeRecord node) => database.Write((db, transaction) => db.Execute(
        """
        INSERT INTO nodes (name, address, agent_version, protocol_version, description, registered_at)
        VALUES (@Name, @Address, @AgentVersion, @ProtocolVersion, @Description, @RegisteredAt)
        ON CONFLICT (name) DO UPDATE SET
            address = excluded.address,
            agent_version = excluded.agent_version,
            protocol_version = excluded.protocol_version,
            description = excluded.description,
            registered_at = excluded.registered_at
        """,
        new
        {
            node.Name,
            node.Address,
            node.AgentVersion,
            node.ProtocolVersion,
            Description = node.Description.ToByteArray(),
            RegisteredAt = node.RegisteredAt.ToCatalog(),
        },
        transaction));

    private sealed class Row
    {
        public string Name { get; set; } = "";

        public string Address { get; set; } = "";

        public string AgentVersion { get; set; } = "";

        public long ProtocolVersion { get; set; }

        public byte[] Description { get; set; } = [];

        public long RegisteredAt { get; set; }

        public NodeRecord ToRecord() => new(
            Name,
            Address,
            AgentVersion,
            (int)ProtocolVersion,
            NodeDescription.Parser.ParseFrom(Description),
            CatalogTime.FromCatalog(RegisteredAt));
    }
}
