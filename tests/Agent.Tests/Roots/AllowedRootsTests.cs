using Cairn.Agent.Roots;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Roots;

public sealed class AllowedRootsTests : IDisposable
{
    private readonly TestDirectory files = new();

    public AllowedRootsTests()
    {
        files.Write("allowed/db/data/file", "");
        files.Write("outside/data/file", "");
    }

    private AllowedRoots Roots => new("node1", [files.At("allowed")]);

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_directory_inside_an_allowed_root_is_let_in_also_when_it_does_not_exist_yet()
    {
        Assert.Equal(files.At("allowed", "db", "data"), Roots.Require(files.At("allowed", "db", "data")).Path);
        Assert.Equal(files.At("allowed", "new", "data"), Roots.Require(files.At("allowed", "new", "data")).Path);
    }

    [Fact]
    public void A_directory_outside_is_refused_with_node_and_way_out()
    {
        var refusal = Assert.Throws<CairnException>(() => Roots.Require(files.At("outside", "data")));

        Assert.Equal(ErrorCode.OutsideRoots, refusal.Code);
        Assert.Equal("node1", refusal.Node);
        Assert.Contains("roots", refusal.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_inside_that_leads_outside_is_refused_with_where_it_leads()
    {
        Directory.CreateSymbolicLink(files.At("allowed", "link"), files.At("outside"));

        var refusal = Assert.Throws<CairnException>(() => Roots.Require(files.At("allowed", "link", "data")));

        Assert.Equal(ErrorCode.OutsideRoots, refusal.Code);
        Assert.Contains(files.At("outside", "data"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_linked_data_directory_inside_is_resolved_so_that_the_link_is_never_what_is_replaced()
    {
        Directory.CreateSymbolicLink(files.At("allowed", "link"), files.At("allowed", "db"));

        Assert.Equal(files.At("allowed", "db", "data"), Roots.Require(files.At("allowed", "link", "data")).Path);
    }

    [Fact]
    public void The_allowed_root_itself_is_refused_because_captures_would_lie_outside_of_it()
    {
        var refusal = Assert.Throws<CairnException>(() => Roots.Require(files.At("allowed")));

        Assert.Equal(ErrorCode.OutsideRoots, refusal.Code);
    }

    [Fact]
    public void A_directory_whose_name_only_begins_like_an_allowed_root_is_refused()
    {
        files.Write("allowed-not/data/file", "");

        var refusal = Assert.Throws<CairnException>(() => Roots.Require(files.At("allowed-not", "data")));

        Assert.Equal(ErrorCode.OutsideRoots, refusal.Code);
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("/a/../b")]
    public void A_path_that_is_not_plain_is_refused(string path)
    {
        var refusal = Assert.Throws<CairnException>(() => Roots.Require(path));

        Assert.Equal(ErrorCode.PathUnusable, refusal.Code);
    }

    [Fact]
    public void A_link_that_points_nowhere_is_refused()
    {
        Directory.CreateSymbolicLink(files.At("allowed", "dangling"), files.At("allowed", "nowhere"));

        var refusal = Assert.Throws<CairnException>(() => Roots.Require(files.At("allowed", "dangling", "data")));

        Assert.Equal(ErrorCode.PathUnusable, refusal.Code);
    }
}
