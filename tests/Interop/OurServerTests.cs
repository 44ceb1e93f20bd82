using System.Globalization;
using Interop.Peers;
using Interop.Server;

namespace Interop;

public sealed class OurServerTests(TestServiceHost server) : IClassFixture<TestServiceHost>
{
    private string Port => server.Address.Port.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [MemberData(nameof(Cases.All), MemberType = typeof(Cases))]
    [InlineData("client_compressed_unary")]
    [InlineData("server_compressed_unary")]
    [InlineData("server_compressed_streaming")]
    public async Task A_grpc_js_client_passes_against_our_server(string name)
    {
        await using var peer = PeerProcess.Node("client.mjs", Port, name);

        var (exitCode, output) = await peer.RunToEndAsync();

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [MemberData(nameof(Cases.All), MemberType = typeof(Cases))]
    [InlineData("half_duplex")]
    [InlineData("reflected_calls")]
    [InlineData("client_compressed_unary")]
    [InlineData("client_compressed_streaming")]
    [InlineData("server_compressed_unary")]
    [InlineData("server_compressed_streaming")]
    public async Task A_grpcio_client_passes_against_our_server(string name)
    {
        await using var peer = PeerProcess.Python("client.py", Port, name);

        var (exitCode, output) = await peer.RunToEndAsync();

        Assert.True(exitCode == 0, output);
    }
}
