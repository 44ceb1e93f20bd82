using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.TestKit;
using Cairn.V1;
using Google.Protobuf;
using static Cairn.Security.Users.UserCoordinator;

namespace Cairn.Security.Users;

public sealed class UserAccessTests : IAsyncLifetime
{
    private readonly ManualTimeProvider time = new();
    private UserCoordinator coordinator = null!;

    public async Task InitializeAsync() => coordinator = await StartAsync(time);

    public async Task DisposeAsync() => await coordinator.DisposeAsync();

    [Fact]
    public async Task A_token_makes_its_caller_the_user_with_the_role_that_it_has_now()
    {
        var bob = coordinator.Client(await coordinator.AddAsync("bob", UserRole.Operator));

        var me = await bob.WhoAmIAsync(new WhoAmIRequest());

        Assert.Equal(("user", "bob", "127.0.0.1", UserRole.Operator), (me.Kind, me.Name, me.Address, me.User.Role));
    }

    [Fact]
    public async Task A_viewer_reads_and_a_viewer_who_restores_is_refused_and_audited()
    {
        var viewer = coordinator.Client(await coordinator.AddAsync("bob", UserRole.Viewer));

        var clusters = await viewer.ListClustersAsync(new ListClustersRequest());
        var refusal = await RefusalAsync(viewer.RunRestoreAsync(new RestoreRequest { Cluster = "c1", Point = "latest" }));

        Assert.Equal("c1", Assert.Single(clusters.Clusters).Name);
        Assert.Equal(ErrorCode.NotAllowed, refusal.Code);
        var record = Assert.Single(coordinator.Audited(record => record.Outcome == "NOT_ALLOWED"));
        Assert.Equal(
            ("refused", "user bob", "127.0.0.1", "/cairn.v1.Coordinator/RunRestore"),
            (record.Kind, record.Who, record.Address, record.Call));
    }

    [Fact]
    public async Task A_removed_user_is_refused_at_the_next_call_on_its_open_connection()
    {
        var bob = coordinator.Client(await coordinator.AddAsync("bob", UserRole.Viewer));
        await bob.ListNodesAsync(new ListNodesRequest());

        await coordinator.Admin.RemoveUserAsync(new RemoveUserRequest { Name = "bob" });
        var refusal = await RefusalAsync(bob.ListNodesAsync(new ListNodesRequest()));

        Assert.Equal(ErrorCode.CredentialInvalid, refusal.Code);
        Assert.NotEmpty(coordinator.Audited(record => record.Outcome == "CREDENTIAL_INVALID"));
    }

    [Fact]
    public async Task A_certified_user_has_its_role_until_it_is_removed_and_a_later_user_of_that_name_is_another()
    {
        await coordinator.AddAsync("bob", UserRole.Viewer);
        var bob = await coordinator.CertifiedUserAsync("bob");

        var me = await bob.WhoAmIAsync(new WhoAmIRequest());
        var restore = await RefusalAsync(bob.RunRestoreAsync(new RestoreRequest { Cluster = "c1", Point = "latest" }));
        await coordinator.Admin.RemoveUserAsync(new RemoveUserRequest { Name = "bob" });
        var removed = await RefusalAsync(bob.ListNodesAsync(new ListNodesRequest()));
        await coordinator.AddAsync("bob", UserRole.Admin);
        var namesake = await RefusalAsync(bob.ListNodesAsync(new ListNodesRequest()));
        time.Advance(TimeSpan.FromSeconds(2));
        var anew = await (await coordinator.CertifiedUserAsync("bob")).WhoAmIAsync(new WhoAmIRequest());

        Assert.Equal(("bob", UserRole.Viewer), (me.Name, me.User.Role));
        Assert.Equal(ErrorCode.NotAllowed, restore.Code);
        Assert.Equal(ErrorCode.CertificateRevoked, removed.Code);
        Assert.Equal(ErrorCode.CertificateRevoked, namesake.Code);
        Assert.Equal(UserRole.Admin, anew.User.Role);
    }

    [Fact]
    public async Task Only_an_admin_certifies_and_only_users_that_there_are()
    {
        var bob = coordinator.Identity(await coordinator.AddAsync("bob", UserRole.Operator));
        using var key = new KeyRequest("alice");
        var request = new CertifyUserRequest { User = "alice", SigningRequest = ByteString.CopyFrom(key.SigningRequest) };

        var byBob = await RefusalAsync(bob.CertifyUserAsync(request));
        var unknown = await RefusalAsync(coordinator.Identity(coordinator.AdminToken).CertifyUserAsync(request));

        Assert.Equal(ErrorCode.NotAllowed, byBob.Code);
        Assert.Equal(ErrorCode.UnknownUser, unknown.Code);
    }

    [Fact]
    public async Task A_replaced_token_is_worth_nothing_and_the_new_one_is_good()
    {
        var old = await coordinator.AddAsync("bob", UserRole.Viewer);
        var rotated = await coordinator.Admin.RotateUserTokenAsync(new RotateUserTokenRequest { Name = "bob" });

        var refusal = await RefusalAsync(coordinator.Client(old).ListNodesAsync(new ListNodesRequest()));
        await coordinator.Client(rotated.Token).ListNodesAsync(new ListNodesRequest());

        Assert.Equal(ErrorCode.CredentialInvalid, refusal.Code);
    }

    [Fact]
    public async Task A_user_s_rights_end_with_its_time()
    {
        var bob = coordinator.Client(await coordinator.AddAsync("bob", UserRole.Viewer, TimeSpan.FromHours(1)));
        await bob.ListNodesAsync(new ListNodesRequest());

        time.Advance(TimeSpan.FromHours(1));
        var refusal = await RefusalAsync(bob.ListNodesAsync(new ListNodesRequest()));

        Assert.Equal(ErrorCode.CredentialInvalid, refusal.Code);
        Assert.Contains("ended", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_user_s_secret_behind_a_name_is_no_token_of_that_name()
    {
        var bob = await coordinator.AddAsync("bob", UserRole.Viewer);
        var forged = bob.Replace("bob", "admin", StringComparison.Ordinal);

        var refusal = await RefusalAsync(coordinator.Client(forged).ListUsersAsync(new ListUsersRequest()));

        Assert.Equal(ErrorCode.CredentialInvalid, refusal.Code);
        Assert.DoesNotContain(forged.Split('.')[^1], refusal.ToString(), StringComparison.Ordinal);
        Assert.All(
            coordinator.Audited(_ => true),
            record => Assert.DoesNotContain(forged.Split('.')[^1], record.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_credential_a_call_is_refused_and_audited_without_a_name()
    {
        var refusal = await RefusalAsync(coordinator.Client(token: null).ListNodesAsync(new ListNodesRequest()));

        Assert.Equal(ErrorCode.CredentialMissing, refusal.Code);
        var record = Assert.Single(coordinator.Audited(record => record.Outcome == "CREDENTIAL_MISSING"));
        Assert.Equal(("", "127.0.0.1"), (record.Who, record.Address));
    }

    [Fact]
    public async Task A_user_with_a_certificate_has_the_role_of_the_catalog_and_none_without_a_user_there()
    {
        await coordinator.AddAsync("bob", UserRole.Viewer);
        var bob = new V1.Coordinator.CoordinatorClient(coordinator.Certified(CallerKind.User, "bob"));
        var ghost = new V1.Coordinator.CoordinatorClient(coordinator.Certified(CallerKind.User, "ghost"));

        var me = await bob.WhoAmIAsync(new WhoAmIRequest());
        var asBob = await RefusalAsync(bob.ListUsersAsync(new ListUsersRequest()));
        var asGhost = await RefusalAsync(ghost.ListNodesAsync(new ListNodesRequest()));

        Assert.Equal(UserRole.Viewer, me.User.Role);
        Assert.Equal((ErrorCode.NotAllowed, ErrorCode.CredentialInvalid), (asBob.Code, asGhost.Code));
    }

    [Fact]
    public async Task An_address_that_guesses_tokens_is_locked_out_and_certificates_are_served_meanwhile()
    {
        var wrong = coordinator.Client(coordinator.AdminToken[..^3] + "AAA");
        for (var i = 0; i < PeerLimits.Standard.FailuresAllowed; i++)
        {
            Assert.Equal(ErrorCode.CredentialInvalid, (await RefusalAsync(wrong.ListNodesAsync(new ListNodesRequest()))).Code);
        }

        var guess = await RefusalAsync(wrong.ListNodesAsync(new ListNodesRequest()));
        var right = await RefusalAsync(coordinator.Admin.ListNodesAsync(new ListNodesRequest()));
        await coordinator.Node("n1").HeartbeatAsync(new HeartbeatRequest { Node = "n1" });
        time.Advance(PeerLimits.Standard.LockOut);
        await coordinator.Admin.ListNodesAsync(new ListNodesRequest());

        Assert.Equal((ErrorCode.TooManyFailures, ErrorCode.TooManyFailures), (guess.Code, right.Code));
        Assert.NotEmpty(coordinator.Audited(record => record.Outcome == "TOO_MANY_FAILURES"));
    }

    [Fact]
    public async Task A_node_that_speaks_for_another_is_refused_and_audited()
    {
        var refusal = await RefusalAsync(coordinator.Node("n1").HeartbeatAsync(new HeartbeatRequest { Node = "n2" }));

        Assert.Equal(ErrorCode.WrongNode, refusal.Code);
        Assert.Equal("node n1", Assert.Single(coordinator.Audited(record => record.Outcome == "WRONG_NODE")).Who);
    }

    [Fact]
    public async Task A_restore_without_the_hash_of_its_plan_is_refused_to_an_admin_too_and_audited()
    {
        var refusal = await RefusalAsync(
            coordinator.Admin.RunRestoreAsync(new RestoreRequest { Cluster = "c1", Point = "latest", PlanHash = "old" }));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
        var answered = Assert.Single(coordinator.Audited(record => record.Outcome == "INVALID_REQUEST"));
        Assert.Equal(("user admin", "/cairn.v1.Coordinator/RunRestore"), (answered.Who, answered.Call));
    }
}
