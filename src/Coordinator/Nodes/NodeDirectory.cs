using System.Collections.Concurrent;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Identity;
using Cairn.Shared;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Nodes;

/// <summary>
/// Who is there: agents by name, as they registered (durable) and when they were last heard from (in memory; a restarted
/// coordinator waits for their next heartbeat). May be used from any thread.
/// </summary>
internal sealed class NodeDirectory
{
    private readonly CoordinatorCatalog catalog;
    private readonly TransportSecurity transport;
    private readonly Revocations revocations;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, KnownNode> nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AgentTooOldException> refused = new(StringComparer.Ordinal);

    public NodeDirectory(
        CoordinatorCatalog catalog, TransportSecurity transport, Revocations revocations, TimeProvider time)
    {
        this.transport = transport;
        this.revocations = revocations;
        this.catalog = catalog;
        this.time = time;
        foreach (var node in catalog.Nodes.All())
        {
            nodes[node.Name] = new KnownNode(node, LastHeard: null);
        }
    }

    /// <summary>Takes a registration, durably. An agent that comes again, also with another address, replaces its former self.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.AgentTooOld"/>; <see cref="ErrorCode.InvalidRequest"/>; <see cref="ErrorCode.NotLoopback"/>;
    /// <see cref="ErrorCode.Unsupported"/> when the agent is newer than this coordinator can follow.
    /// </exception>
    public void Register(RegisterAgentRequest request)
    {
        var name = Names.Require(request.Node, "node");
        RequireProtocol(request);
        refused.TryRemove(name, out _);
        var address = PartAddress.RequireUrl(request.Address, transport.IsInsecure).GetLeftPart(UriPartial.Authority);
        var description = request.Description ?? new NodeDescription();
        var record = new NodeRecord(
            name, address, request.AgentVersion, request.ProtocolVersion, description, time.GetUtcNow());
        catalog.Nodes.Put(record);
        nodes[name] = new KnownNode(record, time.GetUtcNow());
    }

    /// <summary>
    /// Takes a heartbeat; false when the node must register first: it never did; the last registration under its name was
    /// refused, and only an agent that registers now can show that it is another one; or it was revoked after it registered, and comes
    /// with a certificate that is good again.
    /// </summary>
    public bool Beat(string name)
    {
        if (refused.ContainsKey(name)
            || !nodes.TryGetValue(name, out var known)
            || revocations.FindRegistered(name, known.Registration.RegisteredAt) is not null)
        {
            return false;
        }

        // A registration that comes in between wins; its time is as good.
        nodes.TryUpdate(name, known with { LastHeard = time.GetUtcNow() }, known);
        return true;
    }

    /// <summary>All nodes, by name.</summary>
    public IReadOnlyList<KnownNode> All() =>
        [.. nodes.Values.OrderBy(node => node.Registration.Name, StringComparer.Ordinal)];

    /// <summary>The node; null when it never registered.</summary>
    public KnownNode? Find(string name) => nodes.GetValueOrDefault(name);

    /// <summary>The node, to be called.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.AgentUnreachable"/>, <see cref="ErrorCode.AgentTooOld"/>; <see cref="ErrorCode.CertificateRevoked"/>
    /// until a revoked node has registered with a new certificate.
    /// </exception>
    public KnownNode Require(string name)
    {
        if (refused.TryGetValue(name, out var tooOld))
        {
            throw tooOld;
        }

        var known = Find(name) ?? throw new AgentUnreachableException(name);
        return revocations.FindRegistered(name, known.Registration.RegisteredAt) is { } revoked
            ? throw new CairnException(revoked.Code, revoked.Message, revoked.WayOut, name)
            : known;
    }

    /// <summary>Whether the last registration under this name was refused because the agent is too old.</summary>
    public bool IsTooOld(string name) => refused.ContainsKey(name);

    /// <summary>The highest epoch that any registered agent has reported for a cluster; 0 when none has.</summary>
    public long HighestEpoch(string cluster) => nodes.Values
        .Select(node => node.Registration.Description.Epochs.TryGetValue(cluster, out var epoch) ? epoch : 0)
        .DefaultIfEmpty(0)
        .Max();

    private void RequireProtocol(RegisterAgentRequest request)
    {
        if (request.ProtocolVersion < ProtocolVersion.Oldest)
        {
            // Remembered, so that a job on this node says why the agent cannot be used, not that it is missing.
            throw refused[request.Node] =
                new AgentTooOldException(request.Node, request.ProtocolVersion, request.AgentVersion);
        }

        if (request.ProtocolVersion > ProtocolVersion.Current)
        {
            throw new CairnException(
                ErrorCode.Unsupported,
                $"{request.Node}: the agent (version {request.AgentVersion}) speaks protocol {request.ProtocolVersion}, "
                + $"this coordinator knows {ProtocolVersion.Current}",
                "bring the coordinator to the agent's version first",
                request.Node);
        }
    }
}
