using Cairn.Agent.Engines;

namespace Cairn.Agent.Importing;

/// <summary>What is to be restored.</summary>
/// <param name="AgentConfiguration">The agent's configuration file.</param>
/// <param name="InstanceConfiguration">The database's own configuration file, by which the instance is found.</param>
/// <param name="Backup">The last of it is restored.</param>
internal sealed record ForeignRecoveryRequest(string AgentConfiguration, string InstanceConfiguration, ForeignBackup Backup);
