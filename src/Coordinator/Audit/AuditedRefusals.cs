using System.Globalization;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;

namespace Cairn.Coordinator.Audit;

/// <summary>
/// Puts refusals of access into the audit log. A caller's flood of them must not push everything else out of a log of
/// bounded size: above a rate they are counted instead, each caller's apart. May be called concurrently.
/// </summary>
internal sealed class AuditedRefusals(AuditLog log, TimeProvider time) : IAccessWatch
{
    private const int PerMinute = 30;
    private const int MaxCallers = 1000;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Budget> budgets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask RefusedAsync(
        Caller caller, string method, CairnException refusal, CancellationToken cancellationToken)
    {
        var who = AuditedCalls.Who(caller);
        if (Take(who))
        {
            log.Append(AuditKind.Refused, who, caller.Address, method, refusal.Message, refusal.Code.WireName());
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Writes down how many were only counted so far.</summary>
    public void Flush()
    {
        List<(string Who, int Count)> counted;
        lock (gate)
        {
            counted = [.. budgets.Where(budget => budget.Value.Suppressed > 0).Select(budget => (budget.Key, budget.Value.Suppressed))];
            foreach (var (who, _) in counted)
            {
                budgets[who] = budgets[who] with { Suppressed = 0 };
            }
        }

        foreach (var (who, count) in counted)
        {
            log.Append(
                AuditKind.Suppressed,
                who,
                address: null,
                call: "",
                string.Create(CultureInfo.InvariantCulture, $"{count} further refusals, not written one by one"),
                outcome: "");
        }
    }

    private bool Take(string who)
    {
        var now = time.GetUtcNow();
        var flush = false;
        lock (gate)
        {
            var budget = budgets.GetValueOrDefault(who) ?? new Budget(now, 0, 0);
            if (now - budget.Began >= Minute)
            {
                flush = budget.Suppressed > 0;
                budget = new Budget(now, 0, budget.Suppressed);
            }

            var taken = budget.Used < PerMinute;
            budgets[who] = taken ? budget with { Used = budget.Used + 1 } : budget with { Suppressed = budget.Suppressed + 1 };
            if (!taken)
            {
                return false;
            }

            Forget(now);
        }

        if (flush)
        {
            Flush();
        }

        return true;
    }

    private void Forget(DateTimeOffset now)
    {
        if (budgets.Count > MaxCallers)
        {
            foreach (var (who, _) in budgets.Where(b => b.Value.Suppressed == 0 && now - b.Value.Began >= Minute).ToList())
            {
                budgets.Remove(who);
            }
        }
    }

    private sealed record Budget(DateTimeOffset Began, int Used, int Suppressed);
}
