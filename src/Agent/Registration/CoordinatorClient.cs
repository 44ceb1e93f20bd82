using Cairn.Agent.Configuration;
using Cairn.Shared.Calls;
using Cairn.Shared.Errors;
using Cairn.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Cairn.Agent.Registration;

/// <summary>The coordinator, as far as an agent talks to it. Every call has a deadline.</summary>
internal sealed class CoordinatorClient(AgentSettings settings, CallInvoker wire, TimeProvider time)
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(10);

    private static readonly DeadlineInterceptor Deadlines = new();

    /// <summary>Registers this agent.</summary>
    /// <exception cref="CairnException">As the coordinator said, or <see cref="ErrorCode.CoordinatorUnreachable"/>.</exception>
    public Task<RegisterAgentResponse> RegisterAsync(
        RegisterAgentRequest request, CancellationToken cancellationToken) =>
        CallAsync(client => client.RegisterAgentAsync(request, Options(cancellationToken)), cancellationToken);

    /// <summary>Says that this agent lives.</summary>
    /// <exception cref="CairnException">As <see cref="RegisterAsync"/>.</exception>
    public Task<HeartbeatResponse> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken) =>
        CallAsync(client => client.HeartbeatAsync(request, Options(cancellationToken)), cancellationToken);

    /// <summary>Asks what was decided about a restore.</summary>
    /// <exception cref="CairnException">As <see cref="RegisterAsync"/>.</exception>
    public Task<GetDecisionResponse> GetDecisionAsync(string restoreJobId, CancellationToken cancellationToken) =>
        CallAsync(
            client => client.GetDecisionAsync(
                new GetDecisionRequest { RestoreJobId = restoreJobId, Node = settings.Node },
                Options(cancellationToken)),
            cancellationToken);

    /// <summary>Has this agent's next certificate issued, with the one that it has.</summary>
    /// <exception cref="CairnException">As <see cref="RegisterAsync"/>.</exception>
    public Task<CertificateResponse> RenewAsync(RenewCertificateRequest request, CancellationToken cancellationToken) =>
        CallAsync(
            _ => new V1.Identity.IdentityClient(wire).RenewCertificateAsync(request, Options(cancellationToken)),
            cancellationToken);

    private async Task<T> CallAsync<T>(
        Func<Coordinator.CoordinatorClient, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            using var running = call(new Coordinator.CoordinatorClient(wire.Intercept(Deadlines)));
            return await running.ResponseAsync;
        }
        catch (RpcException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw RpcErrors.FromRpc(failure, ErrorCode.CoordinatorUnreachable, settings.Coordinator.ToString());
        }
        catch (RpcException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private CallOptions Options(CancellationToken cancellationToken) => new(
        deadline: (time.GetUtcNow() + CallDeadline).UtcDateTime, cancellationToken: cancellationToken);
}
