using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines;

/// <summary>The engines that this build knows; at least one.</summary>
public sealed class EngineCatalog
{
    private readonly Dictionary<string, IEngine> byName;

    /// <summary>Of these; the first is the default.</summary>
    public EngineCatalog(IEnumerable<IEngine> engines)
    {
        IReadOnlyList<IEngine> all = [.. engines];
        byName = all.ToDictionary(engine => engine.Name, StringComparer.Ordinal);
        Default = all[0].Name;
    }

    /// <summary>The engine of instances that name none.</summary>
    public string Default { get; }

    /// <summary>The names that a configuration may use.</summary>
    public IReadOnlyCollection<string> Names => byName.Keys;

    /// <summary>The engine named <paramref name="name"/>.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ConfigurationInvalid"/> when there is none.</exception>
    public IEngine Get(string name) => byName.TryGetValue(name, out var engine)
        ? engine
        : throw new CairnException(
            ErrorCode.ConfigurationInvalid,
            $"no engine is called '{name}'",
            $"use one of: {string.Join(", ", byName.Keys.Order(StringComparer.Ordinal))}");
}
