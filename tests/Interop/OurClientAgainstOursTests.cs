using Interop.Client;
using Interop.Server;

namespace Interop;

public sealed class OurClientAgainstOursTests(TestServiceHost server) : IClassFixture<TestServiceHost>
{
    [Theory]
    [MemberData(nameof(Cases.All), MemberType = typeof(Cases))]
    [InlineData("half_duplex")]
    [InlineData("client_compressed_unary")]
    [InlineData("client_compressed_streaming")]
    [InlineData("server_compressed_unary")]
    [InlineData("server_compressed_streaming")]
    public async Task Our_client_passes_against_our_server(string name)
    {
        using var cases = new ClientCases(server.Address);

        await cases.RunAsync(name);
    }
}
