namespace Interop.Peers;

/// <summary>The grpcio server.</summary>
public sealed class PythonServer : PeerServer
{
    private protected override PeerProcess Start() => PeerProcess.Python("server.py");
}
