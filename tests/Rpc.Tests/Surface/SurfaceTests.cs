using Grpc.Core;

namespace Rpc.Tests.Surface;

public sealed class SurfaceTests
{
    private const string ApprovedFile = "Surface/approved.txt";

    [Fact]
    public void The_public_surface_is_the_approved_one_and_nothing_else()
    {
        var approved = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, ApprovedFile));
        var found = OwnSurface().ToList();

        // What is approved must be in the official packages as well, so that they can take this assembly's place.
        var unapproved = string.Join('\n', found.Except(approved));
        var missing = string.Join('\n', approved.Except(found));
        Assert.True(unapproved.Length == 0, $"Not approved:\n{unapproved}");
        Assert.True(missing.Length == 0, $"Approved, but missing:\n{missing}");
    }

    [Fact]
    public void Nothing_public_lives_outside_of_the_official_namespaces()
    {
        string[] official =
        [
            "Grpc.Core", "Grpc.Core.Interceptors", "Grpc.Net.Client", "Grpc.Net.Compression", "Grpc.AspNetCore.Server",
            "Grpc.HealthCheck", "Grpc.Health.V1", "Grpc.Reflection", "Grpc.Reflection.V1", "Grpc.Reflection.V1Alpha",
            "Microsoft.AspNetCore.Builder", "Microsoft.Extensions.DependencyInjection",
        ];

        Assert.All(typeof(Status).Assembly.GetExportedTypes(), type => Assert.Contains(type.Namespace, official));
    }

    // The stubs of the published contracts are generated, here as in the official packages.
    private static IEnumerable<string> OwnSurface() => PublicSurface.Of(typeof(Status).Assembly)
        .Where(line => !line.StartsWith("Grpc.Health.V1.", StringComparison.Ordinal)
            && !line.StartsWith("Grpc.Reflection.V1", StringComparison.Ordinal));
}
