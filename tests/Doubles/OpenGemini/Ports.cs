using System.Net;
using System.Net.Sockets;

namespace OpenGeminiDouble;

/// <summary>Ports that a role holds without the double ever talking on them (Raft, gossip).</summary>
internal static class Ports
{
    public static TcpListener Hold(string address)
    {
        var listener = new TcpListener(IPEndPoint.Parse(address));
        listener.Start();
        return listener;
    }
}
