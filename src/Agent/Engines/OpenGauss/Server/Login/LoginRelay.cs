using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cairn.Agent.Engines.OpenGauss.Server.Login;

/// <summary>
/// Stands between Npgsql and an openGauss server for the time of one session: logs in by the server's own SHA256 exchange, which Npgsql takes
/// for another one, and hands all other bytes through as they are. Npgsql finds it at an abstract socket, at which only this process is
/// let in. Other ways to log in (trust, MD5, a password in the clear) are left to Npgsql.
/// </summary>
internal sealed class LoginRelay : IAsyncDisposable
{
    private const int OrdinaryProtocol = 3 << 16;

    /// <summary>Since 3.50 the server says how often it hashes; for the rest the session is spoken as in 3.0.</summary>
    private const int OpenGaussProtocol = OrdinaryProtocol | 51;

    private const int CancelRequest = 80877102;
    private const int TlsRequest = 80877103;
    private const int GssRequest = 80877104;

    private const int MaxMessageBytes = 64 << 10;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    private readonly string host;
    private readonly int port;
    private readonly string password;
    private readonly Socket listener;
    private readonly CancellationTokenSource ending = new();
    private readonly Task serving;
    private volatile byte[]? refusal;

    private LoginRelay(string host, int port, string password, Socket listener, string name)
    {
        (this.host, this.port, this.password, this.listener, Host) = (host, port, password, listener, name);
        serving = ServeAsync();
    }

    /// <summary>As Npgsql is told it; with <see cref="Port"/> it makes the socket's name.</summary>
    public string Host { get; }

    /// <summary>The other half of the name.</summary>
    public static int Port => 5432;

    /// <summary>Begins to listen, for a server at <paramref name="host"/> (a socket's directory, or a host).</summary>
    public static LoginRelay Start(string host, int port, string password)
    {
        var name = $"cairn-login-{Guid.NewGuid():n}";
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(string.Create(CultureInfo.InvariantCulture, $"\0{name}/.s.PGSQL.{Port}")));
            listener.Listen();
            return new LoginRelay(host, port, password, listener, "@" + name);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Ends it and its connections; may be repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        await serving;
    }

    // A session is one connection; a second one comes to cancel what the first one waits for.
    private async Task ServeAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                var accepted = await listener.AcceptAsync(ending.Token);
                sessions.RemoveAll(session => session.IsCompleted);
                sessions.Add(IsOurs(accepted) ? RelayAsync(accepted) : TurnAwayAsync(accepted));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private static bool IsOurs(Socket accepted)
    {
        // Process, user and group of whoever connected.
        Span<byte> credentials = stackalloc byte[12];
        return accepted.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) >= sizeof(int)
            && BitConverter.ToInt32(credentials) == Environment.ProcessId;
    }

    private static Task TurnAwayAsync(Socket accepted)
    {
        accepted.Dispose();
        return Task.CompletedTask;
    }

    private async Task RelayAsync(Socket accepted)
    {
        await using var client = new NetworkStream(accepted, ownsSocket: true);
        try
        {
            var start = await ReadStartAsync(client);
            if (refusal is { } known)
            {
                // Npgsql tries again in another way; the server counts every wrong password, and locks the role in the end.
                await client.WriteAsync(known, ending.Token);
                return;
            }

            await using var server = await ConnectAsync(client);
            if (server is null)
            {
                return;
            }

            await server.WriteAsync(start, ending.Token);
            if (BinaryPrimitives.ReadInt32BigEndian(start.AsSpan(4)) == CancelRequest || await LogInAsync(client, server))
            {
                await HandThroughAsync(client, server);
            }
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone; the other learns it from its connection, which ends with this.
        }
    }

    // What Npgsql begins with, in the protocol that the server is to speak.
    private async Task<byte[]> ReadStartAsync(NetworkStream client)
    {
        while (true)
        {
            var head = new byte[8];
            await client.ReadExactlyAsync(head, ending.Token);
            var length = BinaryPrimitives.ReadInt32BigEndian(head);
            if (length is < 8 or > MaxMessageBytes)
            {
                throw new IOException("what came is no beginning of a session");
            }

            var code = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4));
            if (code is TlsRequest or GssRequest)
            {
                // It is this process that asks; what goes to the server goes in the clear, as openGauss takes it on its own host.
                await client.WriteAsync("N"u8.ToArray(), ending.Token);
                continue;
            }

            var start = new byte[length];
            head.CopyTo(start, 0);
            await client.ReadExactlyAsync(start.AsMemory(head.Length), ending.Token);
            if (code == OrdinaryProtocol)
            {
                BinaryPrimitives.WriteInt32BigEndian(start.AsSpan(4), OpenGaussProtocol);
            }

            return start;
        }
    }

    private async Task<NetworkStream?> ConnectAsync(NetworkStream client)
    {
        var overSocket = host.StartsWith('/');
        var socket = overSocket ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await (overSocket
                ? socket.ConnectAsync(new UnixDomainSocketEndPoint(string.Create(CultureInfo.InvariantCulture, $"{host}/.s.PGSQL.{port}")), ending.Token)
                : socket.ConnectAsync(host, port, ending.Token));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            await RefuseAsync(client, ServerFailures.Unreachable, refused.Message);
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // False when the login is over before the session has begun.
    private async Task<bool> LogInAsync(NetworkStream client, NetworkStream server)
    {
        while (true)
        {
            var message = await ReadMessageAsync(server);
            var request = message[0] == 'R' && message.Length >= 9 ? BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(5)) : -1;
            switch ((char)message[0], request)
            {
                case ('R', AuthenticationRequests.Sha256):
                    try
                    {
                        await server.WriteAsync(PasswordMessage(Sha256Question.Parse(message.AsSpan(9)).Answer(password)), ending.Token);
                    }
                    catch (LoginException refused)
                    {
                        await RefuseAsync(client, ServerFailures.InvalidPassword, refused.Message);
                        return false;
                    }

                    break;
                case ('R', AuthenticationRequests.Md5Sha256 or AuthenticationRequests.Sha256Rfc or AuthenticationRequests.Sm3):
                    await RefuseAsync(
                        client,
                        ServerFailures.InvalidAuthorization,
                        $"the server asks for {AuthenticationRequests.NameOf(request)}, which is not spoken here; have it ask for sha256, or let the agent in over the socket");
                    return false;
                case ('N', _):
                    await client.WriteAsync(message, ending.Token);
                    break;
                default:
                    // The session begins, is refused, or Npgsql knows what is asked for.
                    refusal = message[0] == 'E' ? message : null;
                    await client.WriteAsync(message, ending.Token);
                    return true;
            }
        }
    }

    private async Task<byte[]> ReadMessageAsync(NetworkStream server)
    {
        var head = new byte[5];
        await server.ReadExactlyAsync(head, ending.Token);
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
        if (length is < 4 or > MaxMessageBytes)
        {
            throw new IOException("the server's message is too long for a login");
        }

        var message = new byte[1 + length];
        head.CopyTo(message, 0);
        await server.ReadExactlyAsync(message.AsMemory(head.Length), ending.Token);
        return message;
    }

    private async Task HandThroughAsync(NetworkStream client, NetworkStream server)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        Task[] ways = [client.CopyToAsync(server, over.Token), server.CopyToAsync(client, over.Token)];
        await Task.WhenAny(ways);

        // Whoever ends first ends both: what was said before is through, because each way is one task.
        await over.CancelAsync();
        await Task.WhenAll(ways);
    }

    private static byte[] PasswordMessage(string answer)
    {
        var message = new byte[1 + sizeof(int) + answer.Length + 1];
        message[0] = (byte)'p';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        Encoding.ASCII.GetBytes(answer, message.AsSpan(5));
        return message;
    }

    private Task RefuseAsync(NetworkStream client, string state, string reason)
    {
        var fields = Encoding.UTF8.GetBytes($"SFATAL\0VFATAL\0C{state}\0M{reason.Replace('\0', ' ')}\0\0");
        var message = new byte[1 + sizeof(int) + fields.Length];
        message[0] = (byte)'E';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        fields.CopyTo(message, 5);
        refusal = message;
        return client.WriteAsync(message, ending.Token).AsTask();
    }
}
