using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Users;

/// <summary>The users. Read at every call, so that a removal or a new role holds from the next one on.</summary>
internal sealed class UserTable(CatalogDatabase database)
{
    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<UserRecord> All() => database.Read(db => db
        .Query<Row>("SELECT * FROM users ORDER BY name")
        .Select(row => row.ToRecord())
        .ToList());

    /// <summary>The user; null when there is none of that name.</summary>
    public UserRecord? Find(string name) => database.Read(db => Find(db, name, transaction: null));

    /// <summary>The user.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownUser"/>.</exception>
    public UserRecord Require(string name) => Find(name) ?? throw Unknown(name);

    /// <summary>Adds a user.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AlreadyExists"/>.</exception>
    public void Add(UserRecord user) => database.Write((db, transaction) =>
    {
        if (Find(db, user.Name, transaction) is not null)
        {
            throw new CairnException(
                ErrorCode.AlreadyExists,
                $"there is a user called '{user.Name}' already",
                $"take another name, or give that one a new token: cairn user token {user.Name}",
                subject: user.Name);
        }

        db.Execute(
            """
            INSERT INTO users (name, role, all_jobs, created, created_by, expires, token_hash)
            VALUES (@Name, @Role, @AllJobs, @Created, @CreatedBy, @Expires, @TokenHash)
            """,
            new
            {
                user.Name,
                Role = (int)user.Role,
                user.AllJobs,
                Created = user.Created.ToCatalog(),
                user.CreatedBy,
                Expires = user.Expires?.ToCatalog(),
                TokenHash = user.TokenHash.ToArray(),
            },
            transaction);
    });

    /// <summary>Replaces the user's token; the old one is good for nothing afterwards.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownUser"/>.</exception>
    public UserRecord ReplaceToken(string name, ReadOnlyMemory<byte> hash, DateTimeOffset? expires) =>
        database.Write((db, transaction) =>
        {
            Require(db, name, transaction);
            db.Execute(
                "UPDATE users SET token_hash = @hash, expires = @expires WHERE name = @name",
                new { name, hash = hash.ToArray(), expires = expires?.ToCatalog() },
                transaction);
            return Require(db, name, transaction);
        });

    /// <summary>Removes the user, and returns what it was.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownUser"/>, <see cref="ErrorCode.LastAdmin"/>.</exception>
    public UserRecord Remove(string name, DateTimeOffset now) => database.Write((db, transaction) =>
    {
        var user = Require(db, name, transaction);
        var others = db.ExecuteScalar<long>(
            "SELECT count(*) FROM users WHERE name <> @name AND role = @admin AND (expires IS NULL OR expires > @now)",
            new { name, admin = (int)Role.Admin, now = now.ToCatalog() },
            transaction);
        if (user.Role == Role.Admin && others == 0)
        {
            throw new CairnException(
                ErrorCode.LastAdmin,
                $"without '{name}' nobody could manage users any more",
                "add another admin first: cairn user add NAME --role admin",
                subject: name);
        }

        db.Execute("DELETE FROM users WHERE name = @name", new { name }, transaction);
        return user;
    });

    private static UserRecord Require(SqliteConnection db, string name, SqliteTransaction transaction) =>
        Find(db, name, transaction) ?? throw Unknown(name);

    private static CairnException Unknown(string name) => new(
        ErrorCode.UnknownUser, $"no user is called '{name}'", "'cairn user list' shows the users", subject: name);

    private static UserRecord? Find(SqliteConnection db, string name, SqliteTransaction? transaction) => db
        .QuerySingleOrDefault<Row>("SELECT * FROM users WHERE name = @name", new { name }, transaction)?
        .ToRecord();

    private sealed class Row
    {
        public string Name { get; set; } = "";

        public long Role { get; set; }

        public bool AllJobs { get; set; }

        public long Created { get; set; }

        public string CreatedBy { get; set; } = "";

        public long? Expires { get; set; }

        public byte[] TokenHash { get; set; } = [];

        public UserRecord ToRecord() => new(
            Name,
            (Role)Role,
            AllJobs,
            CatalogTime.FromCatalog(Created),
            CreatedBy,
            Expires is { } expires ? CatalogTime.FromCatalog(expires) : null,
            TokenHash);
    }
}
