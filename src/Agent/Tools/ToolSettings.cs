using Cairn.Agent.Configuration;
using Cairn.Agent.Hosting;
using Cairn.Agent.Recovery;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary>The whole checked configuration, for commands that need the instances and not only the repository; what has to do with the network is not looked at.</summary>
internal static class ToolSettings
{
    /// <summary>Reads and checks it.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ConfigurationInvalid"/>, with all that is wrong.</exception>
    public static Task<AgentSettings> LoadAsync(string path, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        return YamlFile.Read<AgentOptions>(path, problems) is { } options && problems.Count == 0
            ? new RecoverySetup(BuildEngines.With).CheckAsync(options, cancellationToken)
            : throw new CairnException(ErrorCode.ConfigurationInvalid, string.Join("; ", problems), "name the agent's configuration of this host, or correct it", subject: path);
    }
}
