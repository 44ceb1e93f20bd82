namespace Cairn.Coordinator.Catalog;

/// <summary>A join token as the catalog keeps it.</summary>
internal sealed record JoinTokenRecord(string Node, byte[] SecretHash, DateTimeOffset Expires);
