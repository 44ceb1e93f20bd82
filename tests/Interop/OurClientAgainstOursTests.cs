using Grpc.Net.Client;
using Interop.Client;
using Interop.Server;

namespace Interop;

public sealed class OurClientAgainstOursTests(TestServiceHost server) : IClassFixture<TestServiceHost>
{
    [Theory]
    [MemberData(nameof(Cases.All), MemberType = typeof(Cases))]
    [InlineData("concurrent_large_unary")]
    public async Task Our_client_passes_against_our_server(string name)
    {
        using var channel = GrpcChannel.ForAddress(server.Address);

        await new ClientCases(channel).RunAsync(name);
    }
}
