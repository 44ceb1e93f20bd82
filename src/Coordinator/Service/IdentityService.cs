using Cairn.Coordinator.Identity;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Coordinator.Service;

/// <summary>The contract about certificates; each call is one line to the capability that answers it.</summary>
internal sealed class IdentityService(IdentityRequests identities) : V1.Identity.IdentityBase
{
    public override Task<CertificateResponse> Enrol(EnrolRequest request, ServerCallContext context) =>
        Task.FromResult(identities.Enrol(request));

    public override Task<CertificateResponse> RenewCertificate(RenewCertificateRequest request, ServerCallContext context) =>
        Task.FromResult(identities.Renew(request));

    public override Task<CertificateResponse> CertifyUser(CertifyUserRequest request, ServerCallContext context) =>
        Task.FromResult(identities.CertifyUser(request));

    public override Task<CreateJoinTokenResponse> CreateJoinToken(CreateJoinTokenRequest request, ServerCallContext context) =>
        Task.FromResult(identities.CreateToken(request));

    public override Task<RevokeNodeResponse> RevokeNode(RevokeNodeRequest request, ServerCallContext context) =>
        Task.FromResult(identities.Revoke(request));

    public override Task<BackupAuthorityResponse> BackupAuthority(BackupAuthorityRequest request, ServerCallContext context) =>
        Task.FromResult(identities.BackUp(request));
}
