using Interop.Client;
using Interop.Peers;

namespace Interop;

public sealed class OurClientAgainstPythonTests(PythonServer server) : IClassFixture<PythonServer>
{
    [Theory]
    [MemberData(nameof(Cases.All), MemberType = typeof(Cases))]
    [InlineData("half_duplex")]
    [InlineData("compressed_request")]
    [InlineData("server_compressed_unary")]
    [InlineData("server_compressed_streaming")]
    public async Task Our_client_passes_against_a_grpcio_server(string name)
    {
        using var cases = new ClientCases(server.Address);

        await cases.RunAsync(name);
    }
}
