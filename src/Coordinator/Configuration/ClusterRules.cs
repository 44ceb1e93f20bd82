using Cairn.Shared.Identifiers;

namespace Cairn.Coordinator.Configuration;

/// <summary>What a cluster's definition must look like, wherever it comes from.</summary>
internal static class ClusterRules
{
    /// <summary>Everything that is wrong with a definition; empty when nothing is.</summary>
    public static IReadOnlyList<string> Problems(
        string? name, string? engine, IReadOnlyCollection<string> nodes, int maxNodes)
    {
        var problems = new List<string>();
        RequireName(name, "name", problems);
        RequireName(engine, "engine", problems);
        if (nodes.Count == 0)
        {
            problems.Add("at least one node is required");
        }

        if (nodes.Count > maxNodes)
        {
            problems.Add($"{nodes.Count} nodes are more than the {maxNodes} that one cluster may have");
            return problems;
        }

        foreach (var node in nodes)
        {
            RequireName(node, "node", problems);
        }

        foreach (var twice in nodes.GroupBy(node => node, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            problems.Add($"node '{twice.Key}' is named {twice.Count()} times");
        }

        return problems;
    }

    private static void RequireName(string? text, string what, List<string> problems)
    {
        if (string.IsNullOrEmpty(text))
        {
            problems.Add($"{what} is required");
        }
        else if (!Names.IsValid(text))
        {
            problems.Add(
                $"{what}: use 1 to 63 letters, digits, '.', '_' and '-', beginning and ending with a letter or a digit");
        }
    }
}
