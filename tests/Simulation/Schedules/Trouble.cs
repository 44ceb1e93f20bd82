using System.Globalization;
using Cairn.Simulation.Clocks;
using Cairn.Simulation.Network;

namespace Cairn.Simulation.Schedules;

/// <summary>The weather and the faults of one job, drawn from the world's seed; over when it is disposed.</summary>
internal sealed class Trouble : IDisposable
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(60);

    private readonly World world;
    private readonly List<VirtualTime.Due> planned = [];

    /// <summary>Begins it.</summary>
    public Trouble(World world, string during)
    {
        this.world = world;
        world.Network.Change(new NetworkWeather(
            world.Dice.Between($"{during} slowest", TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(3)),
            world.Dice.Pick<double>($"{during} loss", 0, 0, 0.004, 0.03),
            world.Dice.Pick<double>($"{during} duplication", 0, 0.05, 0.3)));
        var faults = world.Dice.Pick<int>($"{during} faults", 0, 1, 1, 2, 2, 3);
        for (var i = 1; i <= faults; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{during} fault {i}");
            var kind = world.Dice.Pick($"{name} kind", Enum.GetValues<Fault>());
            if (kind == Fault.AgentDiesAtStep)
            {
                Begin(kind, name);
            }
            else
            {
                planned.Add(world.Time.Schedule(
                    world.Dice.Between($"{name} at", Soonest, Latest), () => Begin(kind, name)));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var due in planned)
        {
            due.Dispose();
        }

        foreach (var agent in world.Agents)
        {
            agent.LiveOn();
        }

        world.Network.Heal();
        world.Tell("all is well again");
    }

    private void Begin(Fault kind, string name)
    {
        var node = world.Dice.Pick<string>($"{name} node", [.. world.Nodes]);
        var duration = world.Dice.Between($"{name} for", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        world.Tell(string.Create(CultureInfo.InvariantCulture, $"{name}: {kind} at {node} for {duration.TotalSeconds:0.0} s"));
        switch (kind)
        {
            case Fault.AgentDies:
                world.Kill(node, duration);
                break;
            case Fault.AgentDiesAtStep:
                world.KillAtStep(node, 1 + world.Dice.Number($"{name} step", 30), duration);
                break;
            case Fault.CoordinatorDies:
                world.Kill(World.Coordinator, duration);
                break;
            case Fault.LinkCutOneWay when world.Dice.Happens($"{name} up", 0.5):
                world.Network.Cut(node, World.Coordinator, duration);
                break;
            case Fault.LinkCutOneWay:
                world.Network.Cut(World.Coordinator, node, duration);
                break;
            case Fault.LinkCut:
                world.Network.Cut(node, World.Coordinator, duration);
                world.Network.Cut(World.Coordinator, node, duration);
                break;
            case Fault.CoordinatorCutOff:
                foreach (var away in world.Nodes)
                {
                    world.Network.Cut(away, World.Coordinator, duration);
                    world.Network.Cut(World.Coordinator, away, duration);
                }

                break;
            case Fault.LeaderMoves:
                world.Database.Leader = node;
                break;
            default:
                throw new InvalidOperationException($"there is no fault {kind}");
        }
    }
}
