namespace Cairn.Agent.Configuration;

/// <summary>What reading the configuration gave.</summary>
/// <param name="Settings">Null when there is a problem that the agent cannot start with.</param>
/// <param name="Problems">All problems, one sentence each.</param>
/// <param name="RepositoryProblem">
/// What is wrong with the repository; null when nothing is. An agent starts with it, so that it can say so over the
/// network, and refuses backups and restores.
/// </param>
internal sealed record ConfigurationReport(
    AgentSettings? Settings, IReadOnlyList<string> Problems, string? RepositoryProblem)
{
    /// <summary>Everything that <c>--check-config</c> prints.</summary>
    public IReadOnlyList<string> All => RepositoryProblem is null ? Problems : [.. Problems, RepositoryProblem];
}
