using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>The operator's words for one run that only the engine understands, checked against what it takes.</summary>
public sealed class EngineParameters
{
    private const int MaxParameters = 256;
    private const int MaxValueLength = 8192;

    private readonly ILookup<string, string> values;

    private EngineParameters(IEnumerable<EngineParameter> parameters) =>
        values = parameters.ToLookup(given => given.Name, given => given.Value, StringComparer.Ordinal);

    /// <summary>None.</summary>
    public static EngineParameters None { get; } = new([]);

    /// <summary>Takes what came over the wire.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.InvalidRequest"/>: the engine knows no such parameter, it was given too often, or its value is none of those
    /// that it may have.
    /// </exception>
    public static EngineParameters Check(
        string engine, IReadOnlyCollection<EngineParameter> given, IReadOnlyList<ParameterRule> rules)
    {
        if (given.Count > MaxParameters || given.Any(one => one.Value.Length > MaxValueLength || one.Value.Any(char.IsControl)))
        {
            throw Invalid(
                $"{given.Count} parameters were given; at most {MaxParameters} of {MaxValueLength} printable characters each are taken", "give fewer or shorter ones");
        }

        foreach (var same in given.GroupBy(one => one.Name, StringComparer.Ordinal))
        {
            var rule = rules.FirstOrDefault(rule => rule.Name == same.Key) ?? throw Invalid(
                $"engine '{engine}' takes no '{same.Key}' here",
                rules.Count == 0 ? "leave it out" : $"it takes {string.Join(", ", rules.Select(known => known.Name))}");
            if (!rule.Repeats && same.Count() > 1)
            {
                throw Invalid($"'{rule.Name}' was given {same.Count()} times", "give it once");
            }

            if (rule.Values.Count > 0 && same.FirstOrDefault(one => !rule.Values.Contains(one.Value)) is { } other)
            {
                throw Invalid($"'{other.Value}' is no value of '{rule.Name}'", $"use one of {string.Join(", ", rule.Values)}");
            }
        }

        return new EngineParameters(given);
    }

    /// <summary>The value of a parameter that is given once; null when it was not given.</summary>
    public string? Find(string name) => values[name].FirstOrDefault();

    /// <summary>All values of a parameter that may be repeated, as given.</summary>
    public IReadOnlyList<string> All(string name) => [.. values[name]];

    private static CairnException Invalid(string finding, string wayOut) => new(ErrorCode.InvalidRequest, finding, wayOut);
}
