using Cairn.Coordinator.Tests.Doubles;
using Cairn.Coordinator.Users;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;
using UserToken = Cairn.Coordinator.Users.UserToken;

namespace Cairn.Coordinator.Tests.Users;

public sealed class UserTests
{
    [Fact]
    public async Task A_token_is_told_once_and_only_its_hash_is_kept()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);

        var added = await cluster.Client.AddUserAsync(new AddUserRequest { Name = "bob.b", Role = UserRole.Operator, TtlMs = 1000 });

        var kept = cluster.Catalog.Users.Find("bob.b")!;
        Assert.Equal("bob.b", UserToken.NameIn(added.Token));
        Assert.True(UserToken.Matches(added.Token, kept.TokenHash.Span));
        Assert.Equal(32, kept.TokenHash.Length);
        Assert.Equal(("insecure", Role.Operator, TimeSpan.FromSeconds(1)), (kept.CreatedBy, kept.Role, kept.Expires - kept.Created));
        var listed = Assert.Single((await cluster.Client.ListUsersAsync(new ListUsersRequest())).Users);
        Assert.DoesNotContain(added.Token.Split('.')[^1], listed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_token_takes_the_old_one_s_place()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var first = await cluster.Client.AddUserAsync(new AddUserRequest { Name = "bob", Role = UserRole.Viewer });

        var second = await cluster.Client.RotateUserTokenAsync(new RotateUserTokenRequest { Name = "bob" });

        var kept = cluster.Catalog.Users.Find("bob")!.TokenHash;
        Assert.True(UserToken.Matches(second.Token, kept.Span));
        Assert.False(UserToken.Matches(first.Token, kept.Span));
    }

    [Fact]
    public async Task The_last_admin_stays()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.Client.AddUserAsync(new AddUserRequest { Name = "root", Role = UserRole.Admin });
        await cluster.Client.AddUserAsync(new AddUserRequest { Name = "bob", Role = UserRole.Operator });

        var refusal = await Refusal.OfAsync(cluster.Client.RemoveUserAsync(new RemoveUserRequest { Name = "root" }));
        await cluster.Client.AddUserAsync(new AddUserRequest { Name = "other", Role = UserRole.Admin });
        await cluster.Client.RemoveUserAsync(new RemoveUserRequest { Name = "root" });

        Assert.Equal(ErrorCode.LastAdmin, refusal.Code);
        Assert.Null(cluster.Catalog.Users.Find("root"));
    }

    [Theory]
    [InlineData("", UserRole.Viewer, 0)]
    [InlineData("../x", UserRole.Viewer, 0)]
    [InlineData("bob", UserRole.Unspecified, 0)]
    [InlineData("bob", (UserRole)9, 0)]
    [InlineData("bob", UserRole.Viewer, -1)]
    [InlineData("bob", UserRole.Viewer, long.MaxValue)]
    public async Task A_user_that_cannot_be_is_refused(string name, UserRole role, long ttl)
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);

        var refusal = await Refusal.OfAsync(
            cluster.Client.AddUserAsync(new AddUserRequest { Name = name, Role = role, TtlMs = ttl }));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public async Task A_name_is_given_once_and_an_unknown_one_is_refused()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.Client.AddUserAsync(new AddUserRequest { Name = "bob", Role = UserRole.Viewer });

        var twice = await Refusal.OfAsync(
            cluster.Client.AddUserAsync(new AddUserRequest { Name = "bob", Role = UserRole.Viewer }));
        var unknown = await Refusal.OfAsync(
            cluster.Client.RotateUserTokenAsync(new RotateUserTokenRequest { Name = "alice" }));

        Assert.Equal((ErrorCode.AlreadyExists, ErrorCode.UnknownUser), (twice.Code, unknown.Code));
    }

    [Theory]
    [InlineData("cairn-user.bob.c2VjcmV0", "bob")]
    [InlineData("cairn-user.b.o.b.c2VjcmV0", "b.o.b")]
    [InlineData("cairn-user..c2VjcmV0", null)]
    [InlineData("cairn-user.bob", null)]
    [InlineData("cairn-node.bob.c2VjcmV0", null)]
    [InlineData("", null)]
    [InlineData("cairn-user.../etc.c2VjcmV0", null)]
    public void What_is_no_token_names_nobody(string token, string? name)
    {
        Assert.Equal(name, UserToken.NameIn(token));
    }

    [Fact]
    public async Task The_first_admin_is_made_once_and_its_credentials_come_before_it()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var first = new FirstAdmin(cluster.Catalog.Users, TimeProvider.System);
        Assert.Throws<IOException>(() => first.Ensure((_, _) => throw new IOException("the disk is full")));
        var before = cluster.Catalog.Users.All().Count;
        var written = new List<(string Name, string Token)>();

        first.Ensure((name, token) => written.Add((name, token)));
        first.Ensure((name, token) => written.Add((name, token)));

        Assert.Equal(0, before);
        var (name, token) = Assert.Single(written);
        var admin = Assert.Single(cluster.Catalog.Users.All());
        Assert.Equal(("admin", Role.Admin), (name, admin.Role));
        Assert.True(UserToken.Matches(token, admin.TokenHash.Span));
    }
}
