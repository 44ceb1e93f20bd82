using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Cairn.Agent.Native;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Proofs;

/// <summary>
/// Asks the kernel which TCP sockets listen, by netlink (sock_diag(7); <c>linux/netlink.h</c>, <c>linux/inet_diag.h</c>). Numbers are in the machine's byte
/// order, ports and addresses in the network's.
/// </summary>
internal static class SocketDiagnosis
{
    private const int NetlinkFamily = 16;
    private const int RawSocket = 3;
    private const int DiagnosisProtocol = 4;
    private const int SocketLevel = 1;
    private const int ReceiveTimeout = 20;

    // struct nlmsghdr: length (4), type (2), flags (2), sequence (4), port (4).
    private const int HeaderBytes = 16;
    private const ushort TypeError = 2;
    private const ushort TypeDone = 3;
    private const ushort TypeByFamily = 20;
    private const ushort FlagsRequestDump = 0x301;

    /// <summary>Sockets came or went while they were listed.</summary>
    private const ushort FlagInterrupted = 0x10;

    // struct inet_diag_req_v2: family (1), protocol (1), extensions (1), padding (1), states (4), socket id (48).
    private const int RequestBytes = HeaderBytes + 56;
    private const byte Family4 = 2;
    private const byte Family6 = 10;
    private const byte TcpProtocol = 6;
    private const uint ListenState = 1 << 10;

    // struct inet_diag_msg: family (1), state (1), timer (1), retransmissions (1), then the socket's id with its source port (2), destination port (2) and
    // source address (16); the inode is the last field.
    private const int AnswerBytes = 72;
    private const int PortAt = 4;
    private const int AddressAt = 8;
    private const int InodeAt = 68;
    private const int BufferBytes = 32 * 1024;

    private static readonly LibC.TimeValue Limit = new() { Seconds = 2 };

    /// <summary>Null when the kernel does not answer this, or not in one piece: a container may be kept from it.</summary>
    public static IReadOnlyList<ListeningSocket>? TryListListening()
    {
        using var socket = new SafeFileHandle(LibC.Socket(NetlinkFamily, RawSocket | LibC.OpenCloseOnExec, DiagnosisProtocol), ownsHandle: true);
        if (socket.IsInvalid || LibC.SetSocketOption(socket, SocketLevel, ReceiveTimeout, Limit, Marshal.SizeOf<LibC.TimeValue>()) != 0)
        {
            return null;
        }

        var found = new List<ListeningSocket>();
        return TryList(socket, Family4, found) && TryList(socket, Family6, found) ? found : null;
    }

    /// <summary>
    /// Takes in the messages of one datagram. True when they end the list, false when they break it off, null when more are to come.
    /// </summary>
    public static bool? Take(ReadOnlySpan<byte> datagram, List<ListeningSocket> found)
    {
        while (datagram.Length >= HeaderBytes)
        {
            var length = MemoryMarshal.Read<uint>(datagram);
            var type = MemoryMarshal.Read<ushort>(datagram[4..]);
            var flags = MemoryMarshal.Read<ushort>(datagram[6..]);
            if (length < HeaderBytes || length > datagram.Length || type == TypeError || (flags & FlagInterrupted) != 0)
            {
                return false;
            }

            if (type == TypeDone)
            {
                return true;
            }

            if (type == TypeByFamily)
            {
                if (length < HeaderBytes + AnswerBytes)
                {
                    return false;
                }

                var socket = datagram[HeaderBytes..(int)length];
                found.Add(new ListeningSocket(
                    new IPAddress(socket.Slice(AddressAt, socket[0] == Family6 ? 16 : 4)),
                    BinaryPrimitives.ReadUInt16BigEndian(socket[PortAt..]),
                    MemoryMarshal.Read<uint>(socket[InodeAt..]).ToString(CultureInfo.InvariantCulture)));
            }

            datagram = datagram[Math.Min(datagram.Length, ((int)length + 3) & ~3)..];
        }

        return datagram.IsEmpty ? null : false;
    }

    private static bool TryList(SafeFileHandle socket, byte family, List<ListeningSocket> found)
    {
        Span<byte> request = stackalloc byte[RequestBytes];
        request.Clear();
        MemoryMarshal.Write(request, (uint)RequestBytes);
        MemoryMarshal.Write(request[4..], TypeByFamily);
        MemoryMarshal.Write(request[6..], FlagsRequestDump);
        request[HeaderBytes] = family;
        request[HeaderBytes + 1] = TcpProtocol;
        MemoryMarshal.Write(request[(HeaderBytes + 4)..], ListenState);
        if (!TrySend(socket, request))
        {
            return false;
        }

        var buffer = new byte[BufferBytes];
        while (true)
        {
            if (Receive(socket, buffer) is not (> 0 and var length))
            {
                return false;
            }

            if (Take(buffer.AsSpan(0, length), found) is { } end)
            {
                return end;
            }
        }
    }

    private static unsafe bool TrySend(SafeFileHandle socket, ReadOnlySpan<byte> request)
    {
        fixed (byte* bytes = request)
        {
            return LibC.Send(socket, bytes, (nuint)request.Length, flags: 0) == request.Length;
        }
    }

    private static unsafe int Receive(SafeFileHandle socket, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            return (int)LibC.Receive(socket, bytes, (nuint)buffer.Length, flags: 0);
        }
    }
}
