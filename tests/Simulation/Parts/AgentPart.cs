using System.Globalization;
using System.Net;
using Cairn.Agent.Configuration;
using Cairn.Agent.Describe;
using Cairn.Agent.Engines;
using Cairn.Agent.Hosting;
using Cairn.Agent.Proofs;
using Cairn.Agent.Registration;
using Cairn.Agent.Restore;
using Cairn.Agent.Service;
using Cairn.Repository;
using Cairn.Shared.Calls;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Simulation.Clocks;
using Cairn.Simulation.Database;
using Cairn.Simulation.Network;
using Grpc.Core;
using Grpc.HealthCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Simulation.Parts;

/// <summary>An agent as a process. It may be made to die in the middle of something: right before the n-th change of a directory by a restore.</summary>
internal sealed class AgentPart(World world, string node, string directory, TimeSpan skew) : Part(world, node, directory, skew), IStepHook
{
    private Action whenDead = static () => { };
    private int stepsLeft = -1;

    /// <summary>Lets it die right before it changes something for the <paramref name="step"/>-th time from now; <paramref name="died"/> is told.</summary>
    public void DieAtStep(int step, Action died)
    {
        whenDead = died;
        Volatile.Write(ref stepsLeft, step);
    }

    /// <summary>It is not to die any more.</summary>
    public void LiveOn() => Volatile.Write(ref stepsLeft, -1);

    /// <inheritdoc/>
    public void Before(string step)
    {
        if (Clock.IsDead || Interlocked.Decrement(ref stepsLeft) == 0)
        {
            if (!Clock.IsDead)
            {
                World.Tell($"{Name}: is to die before: {step}");
                World.Time.Schedule(TimeSpan.Zero, whenDead);
            }

            Stillness.Stand(World.Over);
            throw new OperationCanceledException("the process is dead");
        }
    }

    protected override void Register(IServiceCollection collection)
    {
        var settings = new AgentSettings
        {
            Node = Name,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Coordinator = new Uri("http://127.0.0.1:1"),
            Insecure = true,
            StateDirectory = Path.Combine(Directory, "state"),
            RepositoryPath = Path.Combine(Directory, "repository"),
            Roots = [Path.Combine(Directory, "db"), World.Exports],
            Compression = Compression.Fastest,
            MaxPackBytes = 1 << 20,
            Instances =
            [
                new InstanceOptions
                {
                    Name = $"plain-{Name}", Engine = PlainEngine.EngineName, Config = Path.Combine(Directory, "plain.conf"),
                },
            ],
            Engines = new EngineCatalog([new SimulatedEngine(World.Database, Name, Clock)]),
            FreeFloorBytes = 1,
            CaptureCheck = TimeSpan.FromSeconds(5),
            ReconnectMax = TimeSpan.FromSeconds(30),
        };
        AgentHost.AddParts(collection, settings, Clock, this, identities: null);

        // Nobody is on these hosts but the database that says itself whether it runs; this machine's processes are none of theirs.
        collection.AddSingleton(new ProcessTable(System.IO.Directory.CreateDirectory(Path.Combine(Directory, "proc")).FullName));
        collection.AddSingleton<CallInvoker>(new SimulatedInvoker(World.Network, Endpoint, World.Coordinator));
        collection.AddSingleton<HealthServiceImpl>();
    }

    // Whoever asks for its health is not part of these worlds.
    protected override bool IsWanted(IHostedService hosted) => hosted is not InstanceHealth;

    protected override ServedMethods Serve(IServiceProvider provider)
    {
        var methods = new ServedMethods(
            new ServedCallInterceptor(),
            ActivatorUtilities.CreateInstance<ErrorInterceptor>(provider),
            new Caller(CallerKind.Coordinator, World.Coordinator, Role: null, Address: null, Refusal: null));
        V1.Agent.BindService(methods, provider.GetRequiredService<AgentService>());
        return methods;
    }

    protected override void Ready(IServiceProvider provider) => provider.GetRequiredService<BoundAddress>().Set(
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{7000 + World.Nodes.ToList().IndexOf(Name)}"));
}
