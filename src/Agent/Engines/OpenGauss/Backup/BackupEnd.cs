namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>What a server gives when its backup ends: both files go into the point byte for byte.</summary>
/// <param name="Lsn">The last position that the backup needs.</param>
/// <param name="Label">The content of <c>backup_label</c>.</param>
/// <param name="TablespaceMap">The content of <c>tablespace_map</c>; empty for none.</param>
internal sealed record BackupEnd(string Lsn, string Label, string TablespaceMap);
