namespace Cairn.Coordinator.Catalog;

/// <summary>A job that holds its cluster's lock.</summary>
/// <param name="Since">When it took it.</param>
internal sealed record LockHolder(string JobId, JobKind Kind, DateTimeOffset Since);
