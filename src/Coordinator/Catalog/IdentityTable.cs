using Dapper;

namespace Cairn.Coordinator.Catalog;

/// <summary>Join tokens, by hash, and revocations.</summary>
internal sealed class IdentityTable(CatalogDatabase database)
{
    /// <summary>Adds a token.</summary>
    public void AddToken(Guid id, string node, byte[] secretHash, DateTimeOffset expires) =>
        database.Write((db, transaction) => db.Execute(
            "INSERT INTO join_tokens (id, node, secret_hash, expires) VALUES (@id, @node, @secretHash, @expires)",
            new { id = id.ToString("N"), node, secretHash, expires = expires.ToCatalog() },
            transaction));

    /// <summary>The token; null when there is none.</summary>
    public JoinTokenRecord? FindToken(Guid id) => database.Read(db => db
        .QuerySingleOrDefault<TokenRow>("SELECT * FROM join_tokens WHERE id = @id", new { id = id.ToString("N") })
        ?.ToRecord());

    /// <summary>Marks the token as used by a key; false when another key has used it.</summary>
    public bool UseToken(Guid id, byte[] keyHash) => database.Write((db, transaction) => db.Execute(
        "UPDATE join_tokens SET used_by = @keyHash WHERE id = @id AND (used_by IS NULL OR used_by = @keyHash)",
        new { id = id.ToString("N"), keyHash },
        transaction) == 1);

    /// <summary>Forgets tokens that ended before a time.</summary>
    public void ForgetTokens(DateTimeOffset before) => database.Write((db, transaction) => db.Execute(
        "DELETE FROM join_tokens WHERE expires < @before", new { before = before.ToCatalog() }, transaction));

    /// <summary>Revokes a node and voids its unused tokens; returns how many those were.</summary>
    public int Revoke(string node, DateTimeOffset at) => database.Write((db, transaction) =>
    {
        db.Execute(
            """
            INSERT INTO revocations (node, revoked_at) VALUES (@node, @at)
            ON CONFLICT (node) DO UPDATE SET revoked_at = excluded.revoked_at
            """,
            new { node, at = at.ToCatalog() },
            transaction);
        db.Execute("DELETE FROM join_tokens WHERE node = @node AND used_by IS NOT NULL", new { node }, transaction);
        return db.Execute("DELETE FROM join_tokens WHERE node = @node", new { node }, transaction);
    });

    /// <summary>All revocations.</summary>
    public IReadOnlyList<(string Node, DateTimeOffset At)> Revocations() => database.Read(db => db
        .Query<RevocationRow>("SELECT * FROM revocations ORDER BY node")
        .Select(row => (row.Node, CatalogTime.FromCatalog(row.RevokedAt)))
        .ToList());

    private sealed class TokenRow
    {
        public string Node { get; set; } = "";

        public byte[] SecretHash { get; set; } = [];

        public long Expires { get; set; }

        public JoinTokenRecord ToRecord() => new(Node, SecretHash, CatalogTime.FromCatalog(Expires));
    }

    private sealed class RevocationRow
    {
        public string Node { get; set; } = "";

        public long RevokedAt { get; set; }
    }
}
