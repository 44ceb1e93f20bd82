using System.Net.Sockets;

namespace Cairn.Agent.Proofs;

/// <summary>Finds out by connecting whether something answers at an address.</summary>
internal static class PortProbe
{
    /// <summary>True when a connection is accepted within <paramref name="limit"/>.</summary>
    public static async Task<bool> AnswersAsync(
        string host, int port, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, linked.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
