using Interop.Client;
using Interop.Peers;

namespace Interop;

public sealed class OurClientAgainstNodeTests(NodeServer server) : IClassFixture<NodeServer>
{
    [Theory]
    [MemberData(nameof(Cases.All), MemberType = typeof(Cases))]
    [InlineData("compressed_request")]
    public async Task Our_client_passes_against_a_grpc_js_server(string name)
    {
        using var cases = new ClientCases(server.Address);

        await cases.RunAsync(name);
    }
}
