using Cairn.Shared.Security;

namespace Cairn.Agent.Configuration;

/// <summary>The agent's configuration file as the operator wrote it; keys are lower-case with hyphens.</summary>
public sealed class AgentOptions
{
    /// <summary>This node's name, unique at its coordinator. Required.</summary>
    public string Node { get; set; } = "";

    /// <summary>Where to listen, <c>address:port</c>, with --insecure loopback only; port 0 takes a free one. Default 127.0.0.1:7461.</summary>
    public string Listen { get; set; } = "127.0.0.1:7461";

    /// <summary>
    /// Where the coordinator reaches this agent, <c>host:port</c>, when that is not where it listens. Required when it listens
    /// on all addresses.
    /// </summary>
    public string Advertise { get; set; } = "";

    /// <summary>The coordinator's address. Default https://127.0.0.1:7460; http:// with --insecure.</summary>
    public string Coordinator { get; set; } = "";

    /// <summary>Absolute path of a join token, by which the agent enrols itself at its start when it has no certificate.</summary>
    public string JoinTokenFile { get; set; } = "";

    /// <summary>Certificates of your own authority; without it the agent enrols at its coordinator.</summary>
    public TlsOptions? Tls { get; set; }

    /// <summary>Absolute path of the directory of the agent's journal; made when absent. Required.</summary>
    public string State { get; set; } = "";

    /// <summary>Absolute path of this node's repository: absent, empty or ours. Required.</summary>
    public string Repository { get; set; } = "";

    /// <summary>
    /// Absolute paths of other nodes' repositories that restores may take parts from (<c>--map</c>), opened read-only with this
    /// repository's key; for a node that took another's place. None by default.
    /// </summary>
    public IList<string> RestoreFrom { get; set; } = [];

    /// <summary>What the repository is encrypted with; nothing by default, and then it is not encrypted.</summary>
    public EncryptionOptions Encryption { get; set; } = new();

    /// <summary>Absolute paths of the directories below which the agent may touch anything. At least one.</summary>
    public IList<string> Roots { get; set; } = [];

    /// <summary>
    /// <c>none</c>, <c>fastest</c>, <c>balanced</c> or <c>best</c>; a better one costs processor time. Default fastest.
    /// </summary>
    public string Compression { get; set; } = "fastest";

    /// <summary>Largest pack file, 1MiB to 64GiB. Larger means fewer files, and more dead bytes kept. Default 1GiB.</summary>
    public string MaxPackSize { get; set; } = "1GiB";

    /// <summary>
    /// The most that a copy reads from the database's disks in a second, from 1MiB; no limit when empty. A smaller value leaves more of the disks to the
    /// database, and the backup takes longer. Default empty.
    /// </summary>
    public string MaxReadRate { get; set; } = "";

    /// <summary>Absolute path of a log file beside standard error; none when empty.</summary>
    public string LogFile { get; set; } = "";

    /// <summary>
    /// Whether generic gRPC tools may read the contract from the server (<c>grpc.reflection.v1</c>). Default false.
    /// </summary>
    public bool Reflection { get; set; }

    /// <summary>The database instances on this host. At least one.</summary>
    public IList<InstanceOptions> Instances { get; set; } = [];

    /// <summary>What one peer may take.</summary>
    public PeerLimitsOptions Peers { get; set; } = new();

    /// <summary>Time and space limits.</summary>
    public LimitOptions Limits { get; set; } = new();
}
