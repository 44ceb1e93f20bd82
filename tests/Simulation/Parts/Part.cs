using System.Collections.Concurrent;
using Cairn.Simulation.Clocks;
using Cairn.Simulation.Network;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Simulation.Parts;

/// <summary>
/// One process of the world from its start to its death: the product's own parts as its host puts them together, with the world's clock and network in the
/// place of the system's.
/// </summary>
internal abstract class Part
{
    // A container compiles what it is asked for twice, which is dear where it lives for so short a time.
    private readonly ConcurrentDictionary<Type, object> looked = new();
    private IServiceProvider? services;

    protected Part(World world, string name, string directory, TimeSpan skew)
    {
        (World, Name, Directory) = (world, name, directory);
        Clock = new HostClock(world.Time, skew);
        Endpoint = new Endpoint(name, Clock);
    }

    /// <summary>The host's name.</summary>
    public string Name { get; }

    /// <summary>The process's clock.</summary>
    public HostClock Clock { get; }

    /// <summary>True once it has started and until it dies.</summary>
    public bool IsUp => !Clock.IsDead && Endpoint.Methods is not null;

    protected World World { get; }

    protected string Directory { get; }

    protected Endpoint Endpoint { get; }

    /// <summary>One of the product's parts.</summary>
    public T Get<T>()
        where T : notnull => (T)looked.GetOrAdd(typeof(T), static (type, from) => from.GetRequiredService(type), services!);

    /// <summary>Starts it.</summary>
    public async Task StartAsync()
    {
        World.Tell($"{Name}: starts");
        World.Network.Add(Endpoint);
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.AddProvider(new PartLog(Name, Clock, World.Tell, World.Fail)));
        collection.AddSingleton<IHostApplicationLifetime>(new NoLifetime());
        Register(collection);
        collection.AddSingleton(new Random(World.Dice.Number(World.Network.Count($"{Name} jitter"), int.MaxValue)));
        services = collection.BuildServiceProvider();
        Open(services);
        foreach (var hosted in services.GetServices<IHostedService>().Where(IsWanted))
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        if (!Clock.IsDead)
        {
            Endpoint.Methods = Serve(services);
            Ready(services);
        }
    }

    /// <summary>Ends it as kill -9 does. Called while nothing happens; who sees to all open files leaves them.</summary>
    public void Die(bool leaveFiles = false)
    {
        if (Clock.IsDead)
        {
            return;
        }

        World.Tell($"{Name}: dies");
        Clock.Die();
        World.Network.Died(Endpoint);
        if (services is not null)
        {
            LoseMemory(services);
        }

        if (!leaveFiles)
        {
            LostProcess.CloseFilesBelow(Directory);
        }
    }

    protected abstract void Register(IServiceCollection collection);

    protected virtual void Open(IServiceProvider provider)
    {
    }

    protected virtual bool IsWanted(IHostedService hosted) => true;

    protected abstract ServedMethods Serve(IServiceProvider provider);

    protected virtual void Ready(IServiceProvider provider)
    {
    }

    protected virtual void LoseMemory(IServiceProvider provider)
    {
    }
}
