namespace Cairn.House.Tests;

/// <summary>Whatever the programs use of gRPC must be there in the official packages too.</summary>
public sealed class GrpcUseTests
{
    [Theory]
    [InlineData("Shared", "Cairn.Shared.dll")]
    [InlineData("Agent", "cairn-agent.dll")]
    [InlineData("Coordinator", "cairn-coordinator.dll")]
    [InlineData("Cli", "cairn.dll")]
    public void A_program_uses_nothing_of_our_gRPC_but_the_approved_surface(string room, string assembly)
    {
        var approved = new ApprovedGrpc(Checkout.PathOf("tests/Rpc.Tests/Surface/approved.txt"));

        var used = GrpcReferences.In(Checkout.OutputOf($"src/{room}", assembly));

        Assert.NotEmpty(used);
        Assert.DoesNotContain(used, member => !approved.Has(member));
    }

    [Fact]
    public void What_the_official_packages_hold_twice_is_called_as_extensions_only()
    {
        const string Twice = "AsyncStreamReaderExtensions";

        var named = new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(Checkout.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Checkout.Root, file))
            .Where(file => !file.StartsWith("src/Rpc/", StringComparison.Ordinal)
                && !file.Contains("/obj/", StringComparison.Ordinal)
                && !file.EndsWith(nameof(GrpcUseTests) + ".cs", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(Checkout.PathOf(file)).Contains(Twice, StringComparison.Ordinal));

        Assert.Empty(named);
    }

    [Fact]
    public void What_is_not_approved_is_noticed()
    {
        var approved = new ApprovedGrpc(Checkout.PathOf("tests/Rpc.Tests/Surface/approved.txt"));

        Assert.True(approved.Has(new GrpcMember("Grpc.Core.Status", ".ctor", 2)));
        Assert.False(approved.Has(new GrpcMember("Grpc.Core.Status", ".ctor", 1)));
        Assert.False(approved.Has(new GrpcMember("Grpc.Core.Status", "IsOk", null)));
        Assert.False(approved.Has(new GrpcMember("Grpc.Wire.MessageReader", null, null)));
    }
}
