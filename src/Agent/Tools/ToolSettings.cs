using Cairn.Agent.Configuration;
using Cairn.Agent.Hosting;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary>The whole checked configuration, for commands that need the instances and not only the repository.</summary>
internal static class ToolSettings
{
    /// <summary>Reads it; how the daemon would be started (TLS or not) is told by the coordinator's address in it.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ConfigurationInvalid"/>, with all that is wrong.</exception>
    public static async Task<AgentSettings> LoadAsync(string path, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var insecure = YamlFile.Read<AgentOptions>(path, problems)?.Coordinator.StartsWith("http://", StringComparison.Ordinal) == true;
        var report = await new AgentConfiguration(BuildEngines.With, insecure).LoadAsync(path, cancellationToken);
        return report.Settings ?? throw new CairnException(
            ErrorCode.ConfigurationInvalid,
            string.Join("; ", report.All),
            "correct the configuration; 'cairn-agent --check-config' lists all problems",
            subject: path);
    }
}
