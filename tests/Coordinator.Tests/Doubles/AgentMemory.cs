using System.Collections.Concurrent;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Doubles;

/// <summary>What an agent double keeps when its process dies: its journal and its repository.</summary>
internal sealed class AgentMemory
{
    public ConcurrentDictionary<string, Cairn.V1.TaskStatus> Tasks { get; } = new();

    public ConcurrentQueue<Received> Received { get; } = new();

    public ConcurrentDictionary<string, CommitRecord> Committed { get; } = new();

    public ConcurrentDictionary<string, bool> Tombstones { get; } = new();

    public ConcurrentBag<BorrowedPoint> Borrowed { get; } = [];

    public ConcurrentDictionary<string, string> Restores { get; } = new();

    public ConcurrentDictionary<string, long> Epochs { get; } = new();

    public byte[]? ForeignMetadata { get; set; }

    public int Renewals;
}
