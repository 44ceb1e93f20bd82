using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Compatibility;
using Cairn.Shared.Security;

namespace Cairn.Coordinator.Configuration;

/// <summary>What the operator wrote in coordinator.yaml. Read once at start; nothing else reads configuration.</summary>
internal sealed class CoordinatorOptions
{
    /// <summary>Address and port to listen on; with --insecure loopback only. Port 0 takes a free one. Default 127.0.0.1:7460.</summary>
    public string Listen { get; set; } = "127.0.0.1:7460";

    /// <summary>Absolute path of the directory that holds catalog, authority and credentials. Required; made when it is missing.</summary>
    public string? State { get; set; }

    /// <summary>Absolute path of a log file beside standard error; it is rolled at 64 MiB. None by default.</summary>
    public string? LogFile { get; set; }

    /// <summary>
    /// Whether generic gRPC tools may read the contract from the server (<c>grpc.reflection.v1</c>). Default false.
    /// </summary>
    public bool Reflection { get; set; }

    /// <summary>Clusters that are to be known from the start; more can be added with <c>cairn cluster add</c>.</summary>
    public List<ClusterOptions> Clusters { get; set; } = [];

    /// <summary>Certificates of your own authority; without it the coordinator makes and uses one of its own.</summary>
    public TlsOptions? Tls { get; set; }

    /// <summary>Deadlines and leases.</summary>
    public LimitsOptions Limits { get; set; } = new();

    /// <summary>What one peer may take.</summary>
    public PeerLimitsOptions Peers { get; set; } = new();

    /// <summary>Plain HTTP requests of existing backup scripts; none are answered by default.</summary>
    public CompatibilityOptions? Compatibility { get; set; }

    /// <summary>How much of the audit log is kept.</summary>
    public AuditOptions Audit { get; set; } = new();
}
