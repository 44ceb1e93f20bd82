using Cairn.Coordinator.Identity;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Security.Identity;

/// <summary>A coordinator that is lost with its disk is replaced, and the agents that it enrolled notice nothing.</summary>
public sealed class AuthorityBackupTests : IDisposable
{
    private const string Passphrase = "correct horse battery staple";

    private readonly Scratch files = new();
    private readonly ManualTimeProvider time = TestClock.AtNow();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task A_restored_authority_is_believed_by_the_agents_of_the_lost_one_and_remembers_whom_it_revoked()
    {
        Cairn.Shared.Security.Certificates.LocalIdentity good, revoked;
        string sealedCopy;
        await using (var lost = await SecureCoordinator.StartAsync(files.At("lost"), time))
        {
            good = TestIdentities.Of(lost.Authority, CallerKind.Node, "og1");
            revoked = TestIdentities.Of(lost.Authority, CallerKind.Node, "og2");
            lost.Requests.Revoke(new RevokeNodeRequest { Node = "og2" });
            sealedCopy = lost.Requests.BackUp(new BackupAuthorityRequest { Passphrase = Passphrase }).Sealed;
        }

        AuthorityRestore.Run(
            SecureCoordinator.Settings(files.At("new")), files.Write("authority.sealed", sealedCopy), Passphrase, time);

        await using var restored = await SecureCoordinator.StartAsync(files.At("new"), time);
        using var og1 = restored.Connect(good);
        await new V1.Coordinator.CoordinatorClient(og1).HeartbeatAsync(new HeartbeatRequest { Node = "og1" });
        using var og2 = restored.Connect(revoked);
        var refusal = await Refusals.OfAsync(
            new V1.Coordinator.CoordinatorClient(og2).HeartbeatAsync(new HeartbeatRequest { Node = "og2" }));
        Assert.Equal(ErrorCode.CertificateRevoked, refusal.Code);
    }

    [Fact]
    public async Task A_restore_does_not_replace_another_authority()
    {
        string sealedCopy;
        await using (var one = await SecureCoordinator.StartAsync(files.At("one"), time))
        {
            sealedCopy = one.Requests.BackUp(new BackupAuthorityRequest { Passphrase = Passphrase }).Sealed;
        }

        string present;
        await using (var other = await SecureCoordinator.StartAsync(files.At("other"), time))
        {
            present = other.Authority.Id;
        }

        var refusal = Assert.Throws<CairnException>(() => AuthorityRestore.Run(
            SecureCoordinator.Settings(files.At("other")), files.Write("sealed", sealedCopy), Passphrase, time));

        Assert.Equal(ErrorCode.AlreadyExists, refusal.Code);
        await using var again = await SecureCoordinator.StartAsync(files.At("other"), time);
        Assert.Equal(present, again.Authority.Id);
    }
}
