using System.Globalization;
using Cairn.Agent.Native;
using Cairn.Coordinator.Configuration;
using Cairn.Simulation.Clocks;
using Cairn.Simulation.Database;
using Cairn.Simulation.Network;
using Cairn.Simulation.Parts;
using Cairn.Simulation.Schedules;

namespace Cairn.Simulation;

/// <summary>
/// One coordinator, three agents, their network and their time, all out of one seed. <see cref="Run"/> lets a schedule happen in it, one thing that is due
/// after the other, and throws when the schedule or an invariant failed.
/// </summary>
internal sealed class World : IDisposable
{
    public const string Coordinator = "coordinator";
    public const string Operator = "operator";
    public const string Cluster = "c1";
    private const int MostRemovals = 10;

    private readonly TestDirectory files = new();
    private readonly ManualResetEvent over = new(initialState: false);
    private readonly Lock gate = new();
    private readonly List<string> account = [];
    private readonly List<string> outcomes = [];
    private readonly Dictionary<string, Part> parts = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, TimeSpan> skews;
    private string? failure;

    public World(long seed, IReadOnlyDictionary<string, TimeSpan>? wrongBy = null)
    {
        Seed = seed;
        Dice = new Dice(seed);
        Network = new SimulatedNetwork(Time, Dice, Tell);
        Database = new SimulatedDatabase(files, Nodes, Network, Dice);
        OperatorEnd = new Endpoint(Operator, new HostClock(Time, TimeSpan.Zero));
        Network.Add(OperatorEnd);
        Directory.CreateDirectory(Exports);
        skews = wrongBy ?? Nodes.ToDictionary(node => node, Skew, StringComparer.Ordinal);
    }

    /// <summary>Deadlines as an operator might set them, with heartbeats rare enough not to be most of what happens.</summary>
    public static CoordinatorLimits Limits { get; } = new()
    {
        Call = TimeSpan.FromSeconds(10),
        Heartbeat = TimeSpan.FromSeconds(20),
        Patience = TimeSpan.FromMinutes(2),
        Precheck = TimeSpan.FromSeconds(30),
        CaptureStep = TimeSpan.FromMinutes(2),
        CaptureLease = TimeSpan.FromMinutes(1),
        CaptureMaxAge = TimeSpan.FromHours(1),
        FreeFloorBytes = 1,
        Bulk = TimeSpan.FromHours(1),
        Command = TimeSpan.FromMinutes(1),
        Owed = TimeSpan.FromSeconds(5),
    };

    /// <summary>What everything in it comes from.</summary>
    public long Seed { get; }

    /// <summary>The nodes' names.</summary>
    public IReadOnlyList<string> Nodes { get; } = ["n1", "n2", "n3"];

    /// <summary>Where points are exported to, by all nodes.</summary>
    public string Exports => files.At("exports");

    /// <summary>Its chance.</summary>
    public Dice Dice { get; }

    /// <summary>Its time.</summary>
    public VirtualTime Time { get; } = new();

    /// <summary>Its network.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>Its database.</summary>
    public SimulatedDatabase Database { get; }

    /// <summary>The operator's end of the network.</summary>
    public Endpoint OperatorEnd { get; }

    /// <summary>Set when the world has ended, and with it whoever stands still in it.</summary>
    public WaitHandle Over => over;

    /// <summary>The coordinator that runs or ran last.</summary>
    public CoordinatorPart CoordinatorPart => (CoordinatorPart)PartOf(Coordinator);

    /// <summary>The agents that run or ran last.</summary>
    public IReadOnlyList<AgentPart> Agents => [.. Nodes.Select(node => (AgentPart)PartOf(node))];

    /// <summary>How its jobs ended.</summary>
    public IReadOnlyList<string> Outcomes => outcomes;

    /// <summary>What happened, line by line.</summary>
    public IReadOnlyList<string> Account
    {
        get
        {
            lock (gate)
            {
                return [.. account];
            }
        }
    }

    /// <summary>A file of a node.</summary>
    public string FileOf(string node, params string[] parts) => files.At([node, .. parts]);

    /// <summary>The process of a host that runs or ran last.</summary>
    public Part PartOf(string name)
    {
        lock (gate)
        {
            return parts[name];
        }
    }

    /// <summary>Adds a line to the account.</summary>
    public void Tell(string line)
    {
        lock (gate)
        {
            account.Add(string.Create(CultureInfo.InvariantCulture, $"{Time.Elapsed.TotalSeconds,10:0.0000} {line}"));
        }
    }

    /// <summary>A job has come to an end in all its troubles.</summary>
    public void Ended(string how) => outcomes.Add(how);

    /// <summary>The world is not as it must be.</summary>
    public void Fail(string why)
    {
        lock (gate)
        {
            failure ??= why;
        }

        Tell($"FAILED: {why}");
    }

    /// <summary>Lets the schedule happen. Not to be called on a thread of the pool.</summary>
    /// <exception cref="WorldFailedException">It failed; with the seed and the account.</exception>
    public void Run(Func<World, Task> schedule)
    {
        var happening = Task.Run(async () =>
        {
            await StartAsync(Coordinator);
            await Task.WhenAll(Nodes.Select(StartAsync));
            await schedule(this);
        });
        try
        {
            Stillness.Await();
            while (!happening.IsCompleted && failure is null && Time.Step())
            {
                Stillness.Await();
            }
        }
        catch (TimeoutException stuck)
        {
            Fail(stuck.Message);
        }

        if (happening.IsFaulted)
        {
            Fail(happening.Exception.InnerException is InvariantException broken ? broken.Message : $"{happening.Exception.InnerException}");
        }
        else if (!happening.IsCompleted)
        {
            Fail("the schedule did not come to its end, and nothing is due");
        }

        if (failure is not null)
        {
            throw new WorldFailedException(Seed, failure, Account);
        }
    }

    /// <summary>A process dies, and starts again after a while.</summary>
    public void Kill(string name, TimeSpan down) => Time.Schedule(TimeSpan.Zero, () => KillNow(name, down));

    /// <summary>An agent will die right before a change of a directory, and start again after a while.</summary>
    public void KillAtStep(string node, int step, TimeSpan down) =>
        ((AgentPart)PartOf(node)).DieAtStep(step, () => KillNow(node, down));

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing of it may go on in the next world.
        foreach (var part in parts.Values)
        {
            part.Die(leaveFiles: true);
        }

        LostProcess.CloseFilesBelow(files.Path);
        over.Set();
        Stillness.Await();
        RemoveFiles();
        over.Dispose();
    }

    private void RemoveFiles()
    {
        for (var left = MostRemovals; ; left--)
        {
            try
            {
                files.Dispose();
                return;
            }
            catch (NativeFailureException) when (left > 0)
            {
                // What a dead process had begun to write landed while its directory went.
                Stillness.Await();
            }
        }
    }

    private void KillNow(string name, TimeSpan down)
    {
        if (PartOf(name) is { IsUp: true } part)
        {
            part.Die();
            Time.Schedule(down, () => _ = StartLoudlyAsync(name));
        }
    }

    private async Task StartLoudlyAsync(string name)
    {
        try
        {
            await StartAsync(name);
        }
        catch (Exception refused)
        {
            Fail($"{name} does not start again: {refused}");
        }
    }

    private Task StartAsync(string name)
    {
        Part part = name == Coordinator
            ? new CoordinatorPart(this, files.At(name))
            : new AgentPart(this, name, files.At(name), skews[name]);
        lock (gate)
        {
            parts[name] = part;
        }

        return part.StartAsync();
    }

    // The three, on some nodes of some worlds; small differences on the others.
    private TimeSpan Skew(string node) => Dice.Happens($"{node} skewed", 0.12)
        ? Dice.Pick($"{node} skew", TimeSpan.FromMinutes(90), TimeSpan.FromHours(-7), TimeSpan.FromDays(42))
        : TimeSpan.FromMilliseconds(Dice.Throw($"{node} drift") * 400 - 200);
}
