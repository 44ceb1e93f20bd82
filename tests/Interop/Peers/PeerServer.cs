namespace Interop.Peers;

/// <summary>A peer's server, for all cases of a test class. It prints its port when it listens.</summary>
public abstract class PeerServer : IAsyncLifetime
{
    private PeerProcess? peer;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public async Task InitializeAsync()
    {
        peer = Start();
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

    private protected abstract PeerProcess Start();
}
