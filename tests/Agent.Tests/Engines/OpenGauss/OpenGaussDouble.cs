using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

/// <summary>
/// Speaks to clients as an openGauss server does: its SHA256 login, judged as the server judges it from what it keeps of a password, and
/// then the extended query protocol with answers that the test gives. Made after docs/engines/opengauss.md, not after the product's code.
/// </summary>
internal sealed class OpenGaussDouble : IAsyncDisposable
{
    private const int SaltBytes = 32;
    private const int TokenBytes = 4;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
    private readonly byte[] serverKey;
    private readonly byte[] storedKey;
    private readonly List<string> asked = [];
    private readonly Task serving;

    public OpenGaussDouble(string password, int iterations = 10_000)
    {
        Iterations = iterations;
#pragma warning disable CA5379, CA5387 // The protocol's own function.
        var key = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA1, 32);
#pragma warning restore CA5379, CA5387
        serverKey = Mac(key, Encoding.ASCII.GetBytes("Sever Key"));
        storedKey = SHA256.HashData(Mac(key, Encoding.ASCII.GetBytes("Client Key")));
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How often it hashes.</summary>
    public int Iterations { get; }

    /// <summary>What it claims instead.</summary>
    public int? ClaimedIterations { get; init; }

    /// <summary>It gives a proof instead of the count, as to clients of old protocols; this is done to the proof.</summary>
    public Func<byte[], byte[]>? Proof { get; init; }

    /// <summary>The code of its request.</summary>
    public int Request { get; init; } = 10;

    /// <summary>What it lets in without asking for anything.</summary>
    public bool Trusts { get; init; }

    /// <summary>Rows to a question that contains the key; any other is answered with none.</summary>
    public Dictionary<string, string[]> Answers { get; } = [];

    /// <summary>The protocol that the last client announced.</summary>
    public int Protocol { get; private set; }

    /// <summary>Role and database that the last client named.</summary>
    public IReadOnlyDictionary<string, string> Named { get; private set; } = new Dictionary<string, string>();

    /// <summary>Logins that were answered to, right or wrong.</summary>
    public int Tried { get; private set; }

    /// <summary>Every question, in order.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (asked)
            {
                return [.. asked];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        await serving;
    }

    private async Task ServeAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                sessions.Add(SessionAsync(await listener.AcceptTcpClientAsync(ending.Token)));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task SessionAsync(TcpClient client)
    {
        using var owned = client;
        await using var stream = client.GetStream();
        try
        {
            if (await LogInAsync(stream))
            {
                await TalkAsync(stream);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The client has closed.
        }
    }

    private async Task<bool> LogInAsync(NetworkStream stream)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, ending.Token);
        var start = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await stream.ReadExactlyAsync(start, ending.Token);
        Protocol = BinaryPrimitives.ReadInt32BigEndian(start);
        var words = Encoding.UTF8.GetString(start.AsSpan(4)).TrimEnd('\0').Split('\0');
        Named = words.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        if (!Trusts)
        {
            var token = RandomNumberGenerator.GetBytes(TokenBytes);
            await SendAsync(stream, 'R', Number(Request), Number(2), Hex(salt), Hex(token), Proof is null ? Number(ClaimedIterations ?? Iterations) : Hex(Proof(Mac(serverKey, token))));
            var (kind, answer) = await ReadAsync(stream);
            Tried++;
            if (kind != 'p' || !IsRight(Encoding.ASCII.GetString(answer), token))
            {
                await SendAsync(stream, 'E', "SFATAL\0C28P01\0MInvalid username/password,login denied.\0\0"u8.ToArray());
                return false;
            }
        }

        await SendAsync(stream, 'R', Number(0));
        foreach (var (name, value) in new[] { ("server_version", "9.2.4"), ("client_encoding", "UTF8"), ("standard_conforming_strings", "on"), ("TimeZone", "UTC") })
        {
            await SendAsync(stream, 'S', Text(name), Text(value));
        }

        await SendAsync(stream, 'K', Number(4711), Number(1));
        await SendAsync(stream, 'Z', "I"u8.ToArray());
        return true;
    }

    // answer XOR HMAC(stored key, token) is the client's key, whose hash is the stored key.
    private bool IsRight(string answer, byte[] token)
    {
        if (answer.Length != 65 || answer[64] != '\0')
        {
            return false;
        }

        var key = Convert.FromHexString(answer[..64]).Zip(Mac(storedKey, token), (a, b) => (byte)(a ^ b)).ToArray();
        return !answer.Any(char.IsAsciiLetterUpper) && SHA256.HashData(key).SequenceEqual(storedKey);
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        var sql = "";
        while (true)
        {
            var (kind, body) = await ReadAsync(stream);
            switch (kind)
            {
                case 'P':
                    sql = Encoding.UTF8.GetString(body).Split('\0')[1];
                    lock (asked)
                    {
                        asked.Add(sql);
                    }

                    await SendAsync(stream, '1');
                    break;
                case 'B':
                    await SendAsync(stream, '2');
                    break;
                case 'D':
                    await DescribeAsync(stream, Row(sql));
                    break;
                case 'E':
                    if (Row(sql) is { } row)
                    {
                        await SendAsync(stream, 'D', [Short(row.Length), .. row.SelectMany(value => new[] { Number(Encoding.UTF8.GetByteCount(value)), Encoding.UTF8.GetBytes(value) })]);
                    }

                    await SendAsync(stream, 'C', Text(Row(sql) is null ? "SET" : "SELECT 1"));
                    break;
                case 'S':
                    await SendAsync(stream, 'Z', "I"u8.ToArray());
                    break;
                case 'C':
                    await SendAsync(stream, '3');
                    break;
                case 'X':
                    return;
                default:
                    throw new InvalidOperationException($"the double does not know message '{kind}'");
            }
        }
    }

    private string[]? Row(string sql) => Answers.FirstOrDefault(answer => sql.Contains(answer.Key, StringComparison.Ordinal)).Value;

    private async Task DescribeAsync(NetworkStream stream, string[]? row)
    {
        if (row is null)
        {
            await SendAsync(stream, 'n');
            return;
        }

        // Name, table, column, type text, size, modifier, format.
        await SendAsync(
            stream,
            'T',
            [Short(row.Length), .. row.SelectMany((_, i) => new[] { Text($"c{i.ToString(CultureInfo.InvariantCulture)}"), Number(0), Short(0), Number(25), Short(-1), Number(-1), Short(0) })]);
    }

    private async Task<(char Kind, byte[] Body)> ReadAsync(NetworkStream stream)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head, ending.Token);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4];
        await stream.ReadExactlyAsync(body, ending.Token);
        return ((char)head[0], body);
    }

    private Task SendAsync(NetworkStream stream, char kind, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(part => part)];
        return stream.WriteAsync((byte[])[(byte)kind, .. Number(body.Length + 4), .. body], ending.Token).AsTask();
    }

    private static byte[] Mac(byte[] key, byte[] content) => HMACSHA256.HashData(key, content);

    private static byte[] Hex(byte[] bytes) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Short(int number)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, (short)number);
        return bytes;
    }
}
