namespace Interop.Peers;

/// <summary>The grpc-js server, for all cases of a test class.</summary>
public sealed class NodeServer : IAsyncLifetime
{
    private NodePeer? peer;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public async Task InitializeAsync()
    {
        peer = NodePeer.Start("server.mjs");
        var line = await peer.ReadLineAsync();
        Address = new Uri("http://127.0.0.1:" + line["PORT ".Length..]);
    }

    public async Task DisposeAsync()
    {
        if (peer is not null)
        {
            await peer.DisposeAsync();
        }
    }
}
