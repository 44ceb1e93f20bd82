using Cairn.Simulation.Clocks;
using Cairn.Simulation.Schedules;

namespace Cairn.Simulation.Network;

/// <summary>
/// The network between the processes of a world. It delays every message, and so reorders those of different calls; it loses messages, and the connection
/// with them, as TCP does; requests may come twice, as from a caller that tries again; links are cut, one way or both.
/// </summary>
internal sealed class SimulatedNetwork(VirtualTime time, Dice dice, Action<string> tell)
{
    /// <summary>What TCP and keepalive need to give a connection up that carries nothing any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Quickest = TimeSpan.FromMilliseconds(0.2);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Endpoint> endpoints = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), TimeSpan> cutUntil = [];
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private NetworkWeather weather = NetworkWeather.Fair;

    /// <summary>The world's time.</summary>
    public VirtualTime Time => time;

    /// <summary>The process that has the name now; null when none has.</summary>
    public Endpoint? Find(string name)
    {
        lock (gate)
        {
            return endpoints.GetValueOrDefault(name) is { IsAlive: true } found ? found : null;
        }
    }

    /// <summary>A process is there.</summary>
    public void Add(Endpoint endpoint)
    {
        lock (gate)
        {
            endpoints[endpoint.Name] = endpoint;
        }
    }

    /// <summary>How the network is from now on, between all but the operator and the coordinator.</summary>
    public void Change(NetworkWeather to)
    {
        lock (gate)
        {
            weather = to;
        }
    }

    /// <summary>Nothing passes from one host to the other for a while.</summary>
    public void Cut(string from, string to, TimeSpan duration)
    {
        lock (gate)
        {
            cutUntil[(from, to)] = time.Elapsed + duration;
        }

        if (duration <= Patience)
        {
            return;
        }

        // Also connections that carry nothing are found dead.
        time.Schedule(Patience, () =>
        {
            foreach (var call in CallsBetween(from, to))
            {
                call.BreakAtClient("keepalive timed out");
                call.BreakAtServer();
            }
        });
    }

    /// <summary>All links are whole and the weather is fair.</summary>
    public void Heal()
    {
        lock (gate)
        {
            cutUntil.Clear();
            weather = NetworkWeather.Fair;
        }
    }

    /// <summary>A process has died: whoever was connected to it learns that, as far as there is a way.</summary>
    public void Died(Endpoint endpoint)
    {
        foreach (var call in endpoint.Calls())
        {
            if (call.From == endpoint)
            {
                Send(endpoint.Name, call.To, $"{call.Key} reset", call.BreakAtServer, call.BreakAtServer);
            }
            else
            {
                Send(
                    endpoint.Name,
                    call.From.Name,
                    $"{call.Key} reset",
                    () => call.BreakAtClient("connection reset"),
                    () => call.BreakAtClient("keepalive timed out"));
            }
        }
    }

    /// <summary>A name that nothing else of the world has: <paramref name="what"/> and how many there were of it before.</summary>
    public string Count(string what)
    {
        lock (gate)
        {
            var count = counts.GetValueOrDefault(what) + 1;
            counts[what] = count;
            return $"{what} {count}";
        }
    }

    /// <summary>True when a request shall come twice.</summary>
    public bool Duplicates(string key) => dice.Happens($"{key} twice", Weather(key).Duplication);

    /// <summary>
    /// Has one message arrive, never before <paramref name="notBefore"/>; or never, and then its connection is lost after a while. Returns when it arrives.
    /// </summary>
    public TimeSpan Send(string from, string to, string key, Action arrive, Action lost, TimeSpan notBefore = default)
    {
        var now = time.Elapsed;
        var delay = dice.Between($"{key} delay", Quickest, Weather(key).Slowest + Quickest);
        TimeSpan cut;
        lock (gate)
        {
            cut = cutUntil.GetValueOrDefault((from, to));
        }

        if (cut > now + Patience)
        {
            tell($"{key}: lost at the cut link {from} to {to}");
            time.Schedule(Patience, lost);
            return now;
        }

        if (dice.Happens($"{key} lost", Weather(key).Loss))
        {
            tell($"{key}: lost");
            time.Schedule(delay, lost);
            return now;
        }

        // What was sent into a short cut is sent again by TCP.
        var at = (cut > now ? cut : now) + delay;
        at = at > notBefore ? at : notBefore;
        time.Schedule(at - now, arrive);
        return at;
    }

    private NetworkWeather Weather(string key)
    {
        // The operator sits beside the coordinator.
        if (key.StartsWith(World.Operator, StringComparison.Ordinal))
        {
            return NetworkWeather.Fair;
        }

        lock (gate)
        {
            return weather;
        }
    }

    private List<ISimulatedCall> CallsBetween(string one, string other)
    {
        lock (gate)
        {
            return
            [
                .. endpoints.Values.SelectMany(endpoint => endpoint.Calls()).Distinct().Where(
                    call => (call.From.Name == one && call.To == other) || (call.From.Name == other && call.To == one)),
            ];
        }
    }
}
