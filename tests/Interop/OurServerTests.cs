using Interop.Peers;
using Interop.Server;

namespace Interop;

public sealed class OurServerTests(TestServiceHost server) : IClassFixture<TestServiceHost>
{
    [Theory]
    [MemberData(nameof(Cases.All), MemberType = typeof(Cases))]
    public async Task A_grpc_js_client_passes_against_our_server(string name)
    {
        await using var peer = NodePeer.Start("client.mjs", server.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), name);

        var (exitCode, output) = await peer.RunToEndAsync();

        Assert.True(exitCode == 0, output);
    }
}
