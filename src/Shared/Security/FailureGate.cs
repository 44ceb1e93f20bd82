using System.Globalization;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Security;

/// <summary>
/// Counts refused secrets by address, and has an address that goes on guessing wait longer and longer. Certificates are not
/// counted and not held up: nobody guesses a key, and an agent whose certificate ended would lock out the people of its host.
/// May be used from any thread.
/// </summary>
public sealed class FailureGate(PeerLimits limits, TimeProvider time)
{
    // A flood from many addresses must not fill the memory: the addresses that were quiet the longest are forgotten.
    private const int MaxAddresses = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Record> records = new(StringComparer.Ordinal);

    /// <summary>How many addresses are remembered now; bounded.</summary>
    public int Remembered
    {
        get
        {
            lock (gate)
            {
                return records.Count;
            }
        }
    }

    /// <summary>Why a credential from <paramref name="address"/> is not even looked at now; null when it is.</summary>
    public CallerRefusal? LockOut(GuessedSecret secret, string? address)
    {
        lock (gate)
        {
            if (!records.TryGetValue(KeyOf(secret, address), out var record) || record.LockedUntil is not { } until)
            {
                return null;
            }

            var left = until - time.GetUtcNow();
            return left <= TimeSpan.Zero
                ? null
                : new CallerRefusal(
                    ErrorCode.TooManyFailures,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{record.Failures} credentials from this address were refused; it has to wait {Math.Ceiling(left.TotalSeconds):0} s"),
                    "mend the credential, then wait");
        }
    }

    /// <summary>A credential from <paramref name="address"/> was refused.</summary>
    public void Count(GuessedSecret secret, string? address)
    {
        var key = KeyOf(secret, address);
        var now = time.GetUtcNow();
        lock (gate)
        {
            var record = records.TryGetValue(key, out var known) && now - known.Last < limits.FailureMemory
                ? known
                : new Record(0, null, now);
            if (record.LockedUntil > now)
            {
                // Already waiting: what comes meanwhile is not looked at, and must not make the wait endless.
                return;
            }

            var failures = record.Failures + 1;
            records[key] = new Record(failures, LockedUntil(failures, now), now);
            if (records.Count > MaxAddresses)
            {
                Forget();
            }
        }
    }

    private static string KeyOf(GuessedSecret secret, string? address) => $"{secret} {PeerNetwork.Of(address)}";

    // Half of them at once, so that a flood does not pay for a search with every failure.
    private void Forget()
    {
        foreach (var (key, _) in records.OrderBy(entry => entry.Value.Last).Take(MaxAddresses / 2).ToList())
        {
            records.Remove(key);
        }
    }

    private DateTimeOffset? LockedUntil(int failures, DateTimeOffset now)
    {
        var beyond = failures - limits.FailuresAllowed;
        if (beyond < 0)
        {
            return null;
        }

        var seconds = limits.LockOut.TotalSeconds * Math.Pow(2, Math.Min(beyond, 30));
        return now + TimeSpan.FromSeconds(Math.Min(seconds, limits.LockOutMax.TotalSeconds));
    }

    private sealed record Record(int Failures, DateTimeOffset? LockedUntil, DateTimeOffset Last);
}
