using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;

namespace Cairn.Agent.Importing;

/// <summary>What is to be imported on this node.</summary>
/// <param name="Instance">The instance whose backup it is.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Label">The points' label; empty for none.</param>
/// <param name="Backup">The directories.</param>
/// <param name="With">The part of another node that began the same points; null on the first.</param>
internal sealed record ImportRequest(InstanceOptions Instance, string Cluster, string Label, ForeignBackup Backup, ImportedPart? With);
