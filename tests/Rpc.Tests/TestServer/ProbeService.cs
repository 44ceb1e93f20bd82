using Grpc.Core;
using Rpc.Tests.Probing;

namespace Rpc.Tests.TestServer;

/// <summary>The probe on the server: a generated base class with the behaviour of the test.</summary>
internal sealed class ProbeService(ProbeBehaviour behaviour) : Probe.ProbeBase
{
    public override Task<Answer> One(Ask request, ServerCallContext context) => behaviour.One(request, context);

    public override Task<Answer> Collect(IAsyncStreamReader<Ask> requestStream, ServerCallContext context) =>
        behaviour.Collect(requestStream, context);

    public override Task Spread(Ask request, IServerStreamWriter<Answer> responseStream, ServerCallContext context) =>
        behaviour.Spread(request, responseStream, context);

    public override Task Talk(
        IAsyncStreamReader<Ask> requestStream, IServerStreamWriter<Answer> responseStream, ServerCallContext context) =>
        behaviour.Talk(requestStream, responseStream, context);
}
