using System.Diagnostics;
using System.Text.Json;

namespace Cairn.House.Tests;

/// <summary>
/// <c>-p:UseOfficialGrpc=true</c> as MSBuild evaluates it. The packages cannot be restored everywhere; what would be built can
/// be told without them.
/// </summary>
public sealed class OfficialGrpcTests
{
    private static readonly string[] Packages =
    [
        "Grpc.AspNetCore", "Grpc.AspNetCore.HealthChecks", "Grpc.AspNetCore.Server.Reflection", "Grpc.HealthCheck",
        "Grpc.Net.Client", "Grpc.Reflection",
    ];

    public static TheoryData<string> ProjectsThatReferToOurGrpc()
    {
        var projects = new TheoryData<string>();
        foreach (var project in new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(Checkout.PathOf(folder), "*.csproj", SearchOption.AllDirectories))
            .Where(project => File.ReadAllText(project).Contains("/Rpc.csproj\"", StringComparison.Ordinal)))
        {
            projects.Add(Path.GetRelativePath(Checkout.Root, project));
        }

        return projects;
    }

    [Theory]
    [MemberData(nameof(ProjectsThatReferToOurGrpc))]
    public async Task The_property_puts_the_official_packages_in_the_place_of_our_own_gRPC(string project)
    {
        var own = await EvaluateAsync(project, isOfficial: false);
        var official = await EvaluateAsync(project, isOfficial: true);

        Assert.Contains(own.Items("ProjectReference"), IsOurGrpc);
        Assert.Empty(own.Items("PackageReference").Intersect(Packages));
        Assert.DoesNotContain(official.Items("ProjectReference"), IsOurGrpc);
        Assert.Equal(Packages, official.Items("PackageReference").Intersect(Packages).Order(StringComparer.Ordinal));
        Assert.Empty(Packages.Except(official.Items("PackageVersion")));
    }

    [Theory]
    [MemberData(nameof(ProjectsThatReferToOurGrpc))]
    public async Task The_property_leaves_the_committed_lock_files_alone(string project)
    {
        var official = await EvaluateAsync(project, isOfficial: true);

        Assert.Contains("/obj/", official.Property("NuGetLockFilePath"), StringComparison.Ordinal);
        Assert.NotEqual("true", official.Property("RestoreLockedMode"));
    }

    [Fact]
    public async Task With_the_property_nothing_of_our_own_gRPC_is_compiled()
    {
        var own = await EvaluateAsync("src/Rpc/Rpc.csproj", isOfficial: false);
        var official = await EvaluateAsync("src/Rpc/Rpc.csproj", isOfficial: true);

        Assert.NotEmpty(own.Items("Compile"));
        Assert.Equal(2, own.Items("Protobuf").Count);
        Assert.Empty(official.Items("Compile"));
        Assert.Empty(official.Items("Protobuf"));
    }

    private static bool IsOurGrpc(string project) => project.EndsWith("/Rpc.csproj", StringComparison.Ordinal);

    private static async Task<Evaluation> EvaluateAsync(string project, bool isOfficial)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = Checkout.Root };
        foreach (var argument in new[]
        {
            "msbuild", project, "-nodeReuse:false", isOfficial ? "-p:UseOfficialGrpc=true" : "-p:UseOfficialGrpc=",
            "-getItem:ProjectReference,PackageReference,PackageVersion,Compile,Protobuf",
            "-getProperty:NuGetLockFilePath,RestoreLockedMode",
        })
        {
            start.ArgumentList.Add(argument);
        }

        using var msbuild = Process.Start(start)!;
        var output = await msbuild.StandardOutput.ReadToEndAsync();
        await msbuild.WaitForExitAsync();
        Assert.True(msbuild.ExitCode == 0, output);
        return new Evaluation(JsonDocument.Parse(output).RootElement);
    }

    private sealed record Evaluation(JsonElement Root)
    {
        public IReadOnlyList<string> Items(string kind) =>
            [.. Root.GetProperty("Items").GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];

        public string Property(string name) => Root.GetProperty("Properties").GetProperty(name).GetString()!;
    }
}
