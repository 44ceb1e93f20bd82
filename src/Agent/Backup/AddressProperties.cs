namespace Cairn.Agent.Backup;

/// <summary>An address by which the database names the instance.</summary>
internal sealed record AddressProperties(string Role, string Address);
