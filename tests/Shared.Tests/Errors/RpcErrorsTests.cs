using Cairn.Shared.Errors;
using Grpc.Core;

namespace Cairn.Shared.Tests.Errors;

public sealed class RpcErrorsTests
{
    [Fact]
    public void A_failure_comes_back_whole_on_the_other_side_of_a_call()
    {
        var failure = new CairnException(
            ErrorCode.InstanceRunning, "process 4711 runs", "stop it", node: "node2", subject: "store1");

        var received = RpcErrors.FromRpc(RpcErrors.ToRpc(failure), ErrorCode.AgentUnreachable, "agent node2");

        Assert.Equal(
            (failure.Code, failure.Message, failure.WayOut, failure.Node, failure.Subject),
            (received.Code, received.Message, received.WayOut, received.Node, received.Subject));
    }

    [Fact]
    public void A_failure_without_a_node_gets_the_servers_own()
    {
        var failure = new CairnException(ErrorCode.NoSpace, "3 bytes are free", "make room");

        var received = RpcErrors.FromRpc(RpcErrors.ToRpc(failure, "node1"), ErrorCode.AgentUnreachable, "agent");

        Assert.Equal("node1", received.Node);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, ErrorCode.AgentUnreachable)]
    [InlineData(StatusCode.DeadlineExceeded, ErrorCode.AgentUnreachable)]
    [InlineData(StatusCode.Unimplemented, ErrorCode.AgentTooOld)]
    [InlineData(StatusCode.Unknown, ErrorCode.Internal)]
    public void A_bare_status_is_translated_by_what_it_means_for_the_caller(StatusCode status, ErrorCode expected)
    {
        var failure = new RpcException(new Status(status, "no details"));

        Assert.Equal(expected, RpcErrors.FromRpc(failure, ErrorCode.AgentUnreachable, "agent node1").Code);
    }

    [Fact]
    public void Details_that_are_no_message_are_passed_over()
    {
        var trailers = new Metadata { { "grpc-status-details-bin", [0xff, 0xff, 0xff, 0xff] } };
        var failure = new RpcException(new Status(StatusCode.Unavailable, "gone"), trailers);

        Assert.Equal(ErrorCode.AgentUnreachable, RpcErrors.FromRpc(failure, ErrorCode.AgentUnreachable, "agent").Code);
    }

    [Fact]
    public void A_text_of_any_length_fits_into_the_trailers()
    {
        var failure = new CairnException(ErrorCode.InputOutput, new string('x', 100_000), new string('y', 100_000));

        var bytes = RpcErrors.ToRpc(failure).Trailers.GetValueBytes("grpc-status-details-bin");

        Assert.InRange(bytes!.Length, 1, 4096);
    }
}
