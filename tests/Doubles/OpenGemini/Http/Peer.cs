using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenGeminiDouble.Http;

/// <summary>Asks another double, and tells a dead one from a living one.</summary>
internal static class Peer
{
    /// <summary>The answer, or null when nobody answers there within the time.</summary>
    public static Task<(int Status, string Body)?> AskAsync(
        string address, string method, string target, string body, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(address, method, target, Encoding.UTF8.GetBytes(body), timeout, cancellationToken);

    /// <summary>The answer, or null when nobody answers there within the time.</summary>
    public static async Task<(int Status, string Body)?> AskAsync(
        string address, string method, string target, byte[] content, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPEndPoint.Parse(address), deadline.Token);
            var head = string.Create(
                CultureInfo.InvariantCulture,
                $"{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nDouble: plain\r\nContent-Length: {content.Length}\r\n\r\n");
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes(head), .. content], deadline.Token);
            using var answer = new MemoryStream();
            await stream.CopyToAsync(answer, deadline.Token);
            var bytes = answer.ToArray();
            var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return null;
            }

            var status = int.Parse(Encoding.ASCII.GetString(bytes, 9, 3), CultureInfo.InvariantCulture);
            return (status, Encoding.UTF8.GetString(bytes, end + 4, bytes.Length - end - 4));
        }
        catch (Exception e) when (e is SocketException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Whether something accepts connections at the address.</summary>
    public static async Task<bool> ListensAsync(string address, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromMilliseconds(500));
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPEndPoint.Parse(address), deadline.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
