using Cairn.Agent.Identity;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.TestKit;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Security.Identity;

/// <summary>Join tokens over a real coordinator's TLS port.</summary>
public sealed class EnrolmentTests : IDisposable
{
    private readonly Scratch files = new();
    private readonly ManualTimeProvider time = TestClock.AtNow();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task A_host_with_a_join_token_gets_a_certificate_of_its_node_and_its_key_never_leaves_it()
    {
        await using var coordinator = await StartAsync();
        var settings = SecureAgent.Settings(files, "og1", coordinator.Url);

        var identity = await new Enrolment(settings, time).EnrolAsync(
            coordinator.TokenFor("og1"), adopting: false, CancellationToken.None);

        Assert.Equal(new PeerIdentity(CallerKind.Node, "og1"), identity.Naming.Identify(identity.Certificate!));
        Assert.Equal(coordinator.Authority.Id, identity.Naming.Coordinator.Name);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(IdentityFiles.Bundle(settings)));
        Assert.False(File.Exists(IdentityFiles.PendingKey(settings)));
    }

    [Fact]
    public async Task A_host_whose_clock_is_six_weeks_ahead_of_its_certificate_is_told_what_its_clock_says()
    {
        await using var coordinator = await StartAsync();
        var settings = SecureAgent.Settings(files, "og1", coordinator.Url);
        await new Enrolment(settings, time).EnrolAsync(coordinator.TokenFor("og1"), adopting: false, CancellationToken.None);
        var ahead = TestClock.AtNow();
        ahead.Advance(TimeSpan.FromDays(42));

        var refusal = Assert.Throws<CairnException>(() => AgentIdentity.Open(settings, ahead));

        Assert.Equal(ErrorCode.CertificateExpired, refusal.Code);
        Assert.Contains($"the clock of this host says {ahead.GetUtcNow():yyyy-MM-dd}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("set the clock right", refusal.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replayed_join_token_is_refused()
    {
        await using var coordinator = await StartAsync();
        var token = coordinator.TokenFor("og1");
        await EnrolAsync(coordinator, token, "og1");

        var refusal = await RefusedAsync(coordinator, token, "og1");

        Assert.Equal(ErrorCode.JoinTokenUsed, refusal.Code);
    }

    [Fact]
    public async Task The_same_key_is_answered_again_because_the_first_answer_may_have_been_lost()
    {
        await using var coordinator = await StartAsync();
        var token = coordinator.TokenFor("og1");
        using var request = new KeyRequest("og1");
        await EnrolAsync(coordinator, token, "og1", request);

        var again = await EnrolAsync(coordinator, token, "og1", request);

        Assert.Contains("BEGIN CERTIFICATE", again.Certificates, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_join_token_is_refused()
    {
        await using var coordinator = await StartAsync();
        var token = coordinator.TokenFor("og1", ttlSeconds: 600);
        time.Advance(TimeSpan.FromSeconds(600));

        Assert.Equal(ErrorCode.JoinTokenExpired, (await RefusedAsync(coordinator, token, "og1")).Code);
    }

    [Fact]
    public async Task A_join_token_for_another_node_is_refused_and_stays_good_for_its_own()
    {
        await using var coordinator = await StartAsync();
        var token = coordinator.TokenFor("og1");

        var refusal = await RefusedAsync(coordinator, token, "og2");

        Assert.Equal(ErrorCode.JoinTokenInvalid, refusal.Code);
        Assert.Contains("og1", refusal.Message, StringComparison.Ordinal);
        await EnrolAsync(coordinator, token, "og1");
    }

    [Fact]
    public async Task A_guessed_secret_is_refused()
    {
        await using var coordinator = await StartAsync();
        var real = JoinToken.Parse(coordinator.TokenFor("og1"));
        var guessed = real with { Secret = new byte[32] };

        Assert.Equal(ErrorCode.JoinTokenInvalid, (await RefusedAsync(coordinator, guessed.ToText(), "og1")).Code);
    }

    [Fact]
    public async Task A_revocation_voids_the_join_tokens_that_are_out()
    {
        await using var coordinator = await StartAsync();
        var token = coordinator.TokenFor("og1");

        var answer = coordinator.Requests.Revoke(new RevokeNodeRequest { Node = "og1" });

        Assert.Equal(1, answer.VoidedTokens);
        Assert.Equal(ErrorCode.JoinTokenInvalid, (await RefusedAsync(coordinator, token, "og1")).Code);
    }

    [Fact]
    public async Task The_catalog_keeps_the_hash_of_a_join_token_only()
    {
        string token;
        await using (var coordinator = await StartAsync())
        {
            token = coordinator.TokenFor("og1");
        }

        var secret = JoinToken.Parse(token).Secret;

        Assert.All(
            Directory.EnumerateFiles(files.At("coordinator"), "catalog*"),
            file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(secret.Span)));
    }

    [Fact]
    public async Task A_host_does_not_send_its_token_to_a_server_of_another_authority()
    {
        await using var coordinator = await StartAsync();
        await using var impostor = await SecureCoordinator.StartAsync(files.At("impostor"), time);
        var settings = SecureAgent.Settings(files, "og1", impostor.Url);

        var refusal = await Assert.ThrowsAsync<CairnException>(() => new Enrolment(settings, time).EnrolAsync(
            coordinator.TokenFor("og1"), adopting: false, CancellationToken.None));

        Assert.Equal(ErrorCode.PeerUntrusted, refusal.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cairn-join-1.")]
    [InlineData("cairn-join-1.####")]
    [InlineData("something else")]
    public void What_is_no_join_token_is_refused_without_being_repeated(string text)
    {
        var refusal = Assert.Throws<CairnException>(() => JoinToken.Parse(text));

        Assert.Equal(ErrorCode.JoinTokenInvalid, refusal.Code);
    }

    private Task<SecureCoordinator> StartAsync() => SecureCoordinator.StartAsync(files.At("coordinator"), time);

    private static async Task<CertificateResponse> EnrolAsync(
        SecureCoordinator coordinator, string token, string node, KeyRequest? key = null)
    {
        using var own = new KeyRequest(node);
        using var channel = coordinator.Connect(TestIdentities.Nobody(coordinator.Authority));
        return await new V1.Identity.IdentityClient(channel).EnrolAsync(new EnrolRequest
        {
            Token = token,
            Node = node,
            SigningRequest = ByteString.CopyFrom((key ?? own).SigningRequest),
        });
    }

    private static async Task<CairnException> RefusedAsync(SecureCoordinator coordinator, string token, string node)
    {
        using var key = new KeyRequest(node);
        using var channel = coordinator.Connect(TestIdentities.Nobody(coordinator.Authority));
        return await Refusals.OfAsync(new V1.Identity.IdentityClient(channel).EnrolAsync(new EnrolRequest
        {
            Token = token,
            Node = node,
            SigningRequest = ByteString.CopyFrom(key.SigningRequest),
        }));
    }
}
