using System.Globalization;
using Cairn.Coordinator.Catalog;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Nodes;

/// <summary>An agent as it registered, and when it was last heard from.</summary>
/// <param name="LastHeard">Null when this process has not heard from it yet.</param>
internal sealed record KnownNode(NodeRecord Registration, DateTimeOffset? LastHeard)
{
    /// <summary>Online: heard from within <paramref name="silentAfter"/>. Silent: not.</summary>
    public string State(DateTimeOffset now, TimeSpan silentAfter) =>
        LastHeard is { } at && now - at < silentAfter ? "online" : "silent";

    /// <summary>For people: when it was last heard from.</summary>
    public string LastHeardText(DateTimeOffset now) => LastHeard is { } at
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"last heard from {(now - at).TotalSeconds:0} s ago, at {at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"not heard from since this coordinator started; it registered at {Registration.RegisteredAt.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");

    /// <summary>The node as it is told to people and scripts.</summary>
    public V1.Node ToMessage(DateTimeOffset now, TimeSpan silentAfter, IEnumerable<string> clusters) => new()
    {
        Name = Registration.Name,
        Address = Registration.Address,
        AgentVersion = Registration.AgentVersion,
        ProtocolVersion = Registration.ProtocolVersion,
        LastHeartbeat = LastHeard is { } at ? Timestamp.FromDateTimeOffset(at) : null,
        State = State(now, silentAfter),
        Clusters = { clusters },
        Description = Registration.Description,
    };
}
