using Cairn.Coordinator.Catalog;
using Dapper;

namespace Cairn.Coordinator.Plans;

/// <summary>The plans that were shown last, so that a changed one can be told apart line by line. Bounded.</summary>
internal sealed class PlanTable(CatalogDatabase database)
{
    private const int Kept = 200;

    /// <summary>Remembers a plan that is about to be shown.</summary>
    public void Put(SeenPlan plan, DateTimeOffset made) => database.Write((db, transaction) =>
    {
        db.Execute(
            """
            INSERT INTO plans (hash, steps, made) VALUES (@Hash, @Steps, @Made)
            ON CONFLICT (hash) DO UPDATE SET made = excluded.made
            """,
            new { plan.Hash, Steps = string.Join('\n', plan.Steps), Made = made.ToCatalog() },
            transaction);
        db.Execute(
            "DELETE FROM plans WHERE hash NOT IN (SELECT hash FROM plans ORDER BY made DESC, hash LIMIT @Kept)",
            new { Kept },
            transaction);
    });

    /// <summary>The lines of a plan; null when it was never shown, or long ago.</summary>
    public IReadOnlyList<string>? Find(string hash) => database.Read(db => db
        .QuerySingleOrDefault<string>("SELECT steps FROM plans WHERE hash = @hash", new { hash })?
        .Split('\n'));
}
