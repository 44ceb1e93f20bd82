using Cairn.Coordinator.Identity;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.TestKit;

namespace Cairn.Security.Identity;

public sealed class AuthorityTests : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(3650);

    private readonly Scratch files = new();
    private readonly ManualTimeProvider time = TestClock.AtNow();

    public void Dispose() => files.Dispose();

    [Fact]
    public void The_authority_is_made_once_and_nobody_else_can_read_its_key()
    {
        var made = Open();

        var again = Open();

        Assert.Equal(made.Fingerprint, again.Fingerprint);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.At("ca", "authority.pem")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(files.At("ca")));
    }

    [Theory]
    [InlineData("ca/authority.pem", UnixFileMode.GroupRead)]
    [InlineData("ca/authority.pem", UnixFileMode.OtherRead)]
    [InlineData("ca", UnixFileMode.OtherExecute)]
    public void An_authority_that_others_could_read_is_not_used(string path, UnixFileMode added)
    {
        Open();
        File.SetUnixFileMode(files.At(path), File.GetUnixFileMode(files.At(path)) | added);

        var refusal = Assert.Throws<CairnException>(Open);

        Assert.Equal(ErrorCode.KeyExposed, refusal.Code);
    }

    [Fact]
    public void A_damaged_authority_is_refused_and_not_made_anew()
    {
        Open();
        SecretFiles.Publish(files.At("ca", "authority.pem"), "-----BEGIN CERTIFICATE-----\nnothing\n");

        Assert.Equal(ErrorCode.AuthorityUnusable, Assert.Throws<CairnException>(Open).Code);
    }

    [Theory]
    [InlineData(CallerKind.Node, "og1")]
    [InlineData(CallerKind.User, "alice")]
    public void A_certificate_names_exactly_whom_it_was_issued_to(CallerKind kind, string name)
    {
        var authority = Open();

        var identity = TestIdentities.Of(authority, kind, name);

        Assert.Equal(new PeerIdentity(kind, name), authority.Naming.Identify(identity.Certificate!));
    }

    [Fact]
    public void A_certificate_of_one_authority_names_nobody_for_another()
    {
        var other = CertificateAuthority.OpenOrCreate(files.At("other"), Life, time);

        Assert.Null(Open().Naming.Identify(TestIdentities.Of(other, CallerKind.Node, "og1").Certificate!));
    }

    [Fact]
    public void A_users_certificate_cannot_be_a_server()
    {
        var authority = Open();
        var user = TestIdentities.Of(authority, CallerKind.User, "alice");

        var (_, refusal) = new PeerCertificate(user.Certificate!, []).Judge(user, TrustedAuthority.ServerUse, time.GetUtcNow());

        Assert.Equal(ErrorCode.CertificateUnfit, refusal!.Code);
    }

    [Fact]
    public void Only_the_key_of_a_signing_request_is_believed()
    {
        var authority = Open();
        using var request = new KeyRequest("coordinator");

        using var signed = authority.Sign(
            new PeerIdentity(CallerKind.Node, "og1"), request.SigningRequest, TimeSpan.FromDays(1), notBefore: null);

        Assert.Equal(new PeerIdentity(CallerKind.Node, "og1"), authority.Naming.Identify(signed));
        Assert.DoesNotContain("coordinator", signed.Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void A_signing_request_that_is_none_is_refused(int length)
    {
        var refusal = Assert.Throws<CairnException>(() => Open().Sign(
            new PeerIdentity(CallerKind.Node, "og1"), new byte[length], TimeSpan.FromDays(1), notBefore: null));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    private CertificateAuthority Open() => CertificateAuthority.OpenOrCreate(files.At("ca"), Life, time);
}
