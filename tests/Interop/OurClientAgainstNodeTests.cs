using Grpc.Net.Client;
using Interop.Client;
using Interop.Peers;

namespace Interop;

public sealed class OurClientAgainstNodeTests(NodeServer server) : IClassFixture<NodeServer>
{
    [Theory]
    [MemberData(nameof(Cases.All), MemberType = typeof(Cases))]
    [InlineData("concurrent_large_unary")]
    public async Task Our_client_passes_against_a_grpc_js_server(string name)
    {
        using var channel = GrpcChannel.ForAddress(server.Address);

        await new ClientCases(channel).RunAsync(name);
    }
}
