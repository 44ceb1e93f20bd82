using Cairn.Agent.Backup;
using Cairn.Agent.Roots;
using Cairn.Shared.Errors;

namespace Cairn.Security.Paths;

/// <summary>Whatever comes over the wire or stands on disk: the agent stays below the roots of its own configuration.</summary>
public sealed class PathEscapeTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cairn-paths-");
    private readonly AllowedRoots roots;

    public PathEscapeTests()
    {
        Directory.CreateDirectory(At("root", "data"));
        Directory.CreateDirectory(At("outside", "data"));
        roots = new AllowedRoots("n1", [At("root")]);
    }

    [Fact]
    public void What_lies_below_a_root_may_be_touched()
    {
        Assert.Equal(At("root", "data"), roots.Require(At("root", "data")).Path);
    }

    [Theory]
    [InlineData("outside/data")]
    [InlineData("root")]
    [InlineData("root-beside/data")]
    public void What_lies_elsewhere_is_refused(string path)
    {
        var refusal = Assert.Throws<CairnException>(() => roots.Require(At(path)));

        Assert.Equal(ErrorCode.OutsideRoots, refusal.Code);
    }

    [Fact]
    public void A_link_out_of_a_root_is_followed_and_refused_wherever_it_stands_in_the_path()
    {
        File.CreateSymbolicLink(At("root", "link"), At("outside"));
        File.CreateSymbolicLink(At("root", "leaf"), At("outside", "data"));

        var inside = Assert.Throws<CairnException>(() => roots.Require(At("root", "link", "data")));
        var leaf = Assert.Throws<CairnException>(() => roots.Require(At("root", "leaf")));

        Assert.Equal((ErrorCode.OutsideRoots, ErrorCode.OutsideRoots), (inside.Code, leaf.Code));
        Assert.Contains(At("outside", "data"), inside.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root/data/../../outside/data")]
    [InlineData("root/./data")]
    [InlineData("root/data\0/x")]
    public void A_path_with_steps_back_or_a_hidden_end_is_refused(string path)
    {
        var refusal = Assert.Throws<CairnException>(() => roots.Require($"{directory.FullName}/{path}"));

        Assert.Equal(ErrorCode.PathUnusable, refusal.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("20260101T000000Z-abcdef/..")]
    [InlineData("20260101T000000Z-abcde\0")]
    public void A_point_s_name_from_the_wire_is_a_name_and_no_path(string point)
    {
        Assert.Throws<CairnException>(() => PointIds.Require(point));
    }

    public void Dispose() => directory.Delete(recursive: true);

    private string At(params string[] names) => Path.Combine([directory.FullName, .. names]);
}
