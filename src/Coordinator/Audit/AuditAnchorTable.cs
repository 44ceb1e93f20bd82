using Cairn.Coordinator.Catalog;
using Dapper;

namespace Cairn.Coordinator.Audit;

/// <summary>The one row of the catalog that anchors the audit log.</summary>
internal sealed class AuditAnchorTable(CatalogDatabase database)
{
    /// <summary>What is known of the log.</summary>
    public AuditAnchor Read() => database.Read(db => db
        .QuerySingleOrDefault<Row>("SELECT * FROM audit_anchor WHERE one = 1")?.ToAnchor()) ?? AuditAnchor.Empty;

    /// <summary>Replaces it, durably.</summary>
    public void Put(AuditAnchor anchor) => database.Write((db, transaction) => db.Execute(
        """
        INSERT INTO audit_anchor (one, first_sequence, first_previous, head_sequence, head_hash)
        VALUES (1, @FirstSequence, @FirstPrevious, @HeadSequence, @HeadHash)
        ON CONFLICT (one) DO UPDATE SET
            first_sequence = excluded.first_sequence,
            first_previous = excluded.first_previous,
            head_sequence = excluded.head_sequence,
            head_hash = excluded.head_hash
        """,
        new
        {
            anchor.FirstSequence,
            FirstPrevious = anchor.FirstPrevious.ToArray(),
            anchor.HeadSequence,
            HeadHash = anchor.HeadHash.ToArray(),
        },
        transaction));

    private sealed class Row
    {
        public long FirstSequence { get; set; }

        public byte[] FirstPrevious { get; set; } = [];

        public long HeadSequence { get; set; }

        public byte[] HeadHash { get; set; } = [];

        public AuditAnchor ToAnchor() => new(FirstSequence, FirstPrevious, HeadSequence, HeadHash);
    }
}
