using System.Globalization;
using System.Net;

namespace Cairn.Agent.Proofs;

/// <summary>A TCP socket that waits for connections.</summary>
/// <param name="Address">Where; a wildcard for all addresses.</param>
/// <param name="Port">The port.</param>
/// <param name="Inode">Tells which process has it, see <see cref="ProcessTable.OpenFiles"/>.</param>
internal sealed record ListeningSocket(IPAddress Address, int Port, string Inode)
{
    /// <summary>What <see cref="ProcessTable.OpenFiles"/> calls it.</summary>
    public string OpenFile { get; } = $"socket:[{Inode}]";

    /// <summary>True when a connection to <paramref name="address"/> would reach it; null stands for any address of the machine.</summary>
    public bool Covers(IPAddress? address, int port) => Port == port
        && (address is null || IsAny(Address) || IsAny(address) || Plain(Address).Equals(Plain(address)));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

/// <summary>What listens in this agent's network namespace.</summary>
internal static class ListeningSockets
{
    private const string Listening = "0A";

    /// <summary>
    /// All listening TCP sockets: from the kernel's own answer, which costs the same however many connections there are, or from <c>/proc/net</c> where it
    /// gives none.
    /// </summary>
    /// <exception cref="IOException">The lists cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be read.</exception>
    public static IReadOnlyList<ListeningSocket> List() => SocketDiagnosis.TryListListening() ?? ListOfProc();

    /// <summary>All of <c>/proc/net/tcp</c> and <c>tcp6</c>, which name every connection, too.</summary>
    public static IReadOnlyList<ListeningSocket> ListOfProc() =>
        [.. Parse(File.ReadLines("/proc/net/tcp")), .. File.Exists("/proc/net/tcp6") ? Parse(File.ReadLines("/proc/net/tcp6")) : []];

    /// <summary>The listening sockets of one of the lists.</summary>
    public static IEnumerable<ListeningSocket> Parse(IEnumerable<string> lines)
    {
        foreach (var line in lines.Skip(1))
        {
            // "sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …"
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[3] == Listening && fields[1].Split(':') is [var address, var port]
                && int.TryParse(port, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            {
                yield return new ListeningSocket(ParseAddress(address), number, fields[9]);
            }
        }
    }

    // Each 4 bytes stand in the machine's byte order.
    private static IPAddress ParseAddress(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        for (var word = 0; word + 4 <= bytes.Length && BitConverter.IsLittleEndian; word += 4)
        {
            Array.Reverse(bytes, word, 4);
        }

        return new IPAddress(bytes);
    }
}
