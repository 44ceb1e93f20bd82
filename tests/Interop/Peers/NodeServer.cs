namespace Interop.Peers;

/// <summary>The grpc-js server.</summary>
public sealed class NodeServer : PeerServer
{
    private protected override PeerProcess Start() => PeerProcess.Node("server.mjs");
}
