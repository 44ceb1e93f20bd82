using System.Net;
using Cairn.Shared.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cairn.Shared.Serving;

/// <summary>
/// How many connections one peer, and all together, may have open. One too many is closed before a byte of it is read, so
/// that it costs no handshake.
/// </summary>
public static class ConnectionBounds
{
    /// <summary>Bounds a listener; to be called before TLS is added to it.</summary>
    public static void BoundConnections(this ListenOptions listen, PeerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(listen);
        var open = new OpenConnections(limits);
        listen.Use(next => async connection =>
        {
            var peer = connection.RemoteEndPoint is IPEndPoint remote ? PeerNetwork.Of(remote.Address) : "";
            if (!open.TryAdd(peer))
            {
                connection.Abort(new ConnectionAbortedException("too many connections"));
                return;
            }

            try
            {
                await next(connection);
            }
            finally
            {
                open.Remove(peer);
            }
        });
    }

    private sealed class OpenConnections(PeerLimits limits)
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, int> byPeer = new(StringComparer.Ordinal);
        private int all;

        public bool TryAdd(string peer)
        {
            lock (gate)
            {
                var mine = byPeer.GetValueOrDefault(peer);
                if (all >= limits.Connections || mine >= limits.ConnectionsPerAddress)
                {
                    return false;
                }

                byPeer[peer] = mine + 1;
                all++;
                return true;
            }
        }

        public void Remove(string peer)
        {
            lock (gate)
            {
                all--;
                if (--byPeer[peer] == 0)
                {
                    byPeer.Remove(peer);
                }
            }
        }
    }
}
