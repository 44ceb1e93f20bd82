using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.Agent.Tests.Engines.OpenGemini;

namespace Cairn.Agent.Tests.Proofs;

public sealed class ProofsTests : IDisposable
{
    private const string FirstNamespace = "pid:[4026531836]";
    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void This_process_is_listed_with_its_command_line_and_files()
    {
        using var file = File.OpenRead(scratch.Write("held", "x"));

        var self = ProcessTable.Machine.List().Single(p => p.Id == Environment.ProcessId);

        Assert.Equal(NativeFiles.UserId, self.Uid);
        Assert.NotEmpty(self.Arguments!);
        Assert.Contains(scratch.At("held"), ProcessTable.Machine.OpenFiles(self.Id)!);
    }

    [Theory]
    [InlineData("22 27 0:21 / /proc rw,relatime - proc proc rw", FirstNamespace, 1000U, null)]
    [InlineData("22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=2", FirstNamespace, 0U, null)]
    [InlineData("22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=invisible", FirstNamespace, 1000U, "hidepid=invisible")]
    [InlineData("22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=0", FirstNamespace, 1000U, null)]
    [InlineData("22 27 0:21 / /proc rw,relatime - proc proc rw", "pid:[4026532000]", 0U, "PID namespace")]
    public void Hidden_processes_are_noticed_with_the_missing_right(string mounts, string pidNamespace, uint user, string? finding)
    {
        var hidden = ProcessVisibility.Judge(mounts, pidNamespace, user);

        Assert.Equal(finding is null, hidden is null);
        if (finding is not null)
        {
            Assert.Contains(finding, hidden!.Value.Finding, StringComparison.Ordinal);
            Assert.NotEmpty(hidden.Value.WayOut);
        }
    }

    [Fact]
    public void Listening_sockets_are_read_in_both_address_families()
    {
        string[] lines =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:1F9B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1",
            "   1: 0100007F:1F9B 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1",
            "   2: 00000000000000000000000000000000:20D0 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1",
        ];

        var sockets = ListeningSockets.Parse(lines).ToList();

        Assert.Equal(["127.0.0.1 8091 4711", ":: 8400 4713"], sockets.Select(s => $"{s.Address} {s.Port} {s.Inode}"));
        Assert.True(sockets[0].Covers(IPAddress.Loopback, 8091));
        Assert.False(sockets[0].Covers(IPAddress.Parse("127.0.0.2"), 8091));
        Assert.True(sockets[1].Covers(IPAddress.Parse("127.0.0.2"), 8400));
        Assert.True(sockets[0].Covers(null, 8091));
    }

    [Fact]
    public void The_kernel_s_own_list_of_listening_sockets_is_that_of_proc()
    {
        using var four = new TcpListener(IPAddress.Loopback, 0);
        using var six = new TcpListener(IPAddress.IPv6Loopback, 0);
        using var any = new TcpListener(IPAddress.IPv6Any, 0);
        TcpListener[] listeners = [four, six, any];
        Array.ForEach(listeners, listener => listener.Start());
        using var connection = new TcpClient();
        connection.Connect((IPEndPoint)four.LocalEndpoint);

        var answered = SocketDiagnosis.TryListListening();
        var read = ListeningSockets.ListOfProc();

        // Other sockets of the machine come and go meanwhile.
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToHashSet();
        Assert.NotNull(answered);
        Assert.Equal(3, answered.Count(socket => ports.Contains(socket.Port)));
        Assert.Equal(Shown(read), Shown(answered));

        IEnumerable<string> Shown(IEnumerable<ListeningSocket> sockets) =>
            sockets.Where(s => ports.Contains(s.Port)).Select(s => $"{s.Address} {s.Port} {s.Inode}").Order(StringComparer.Ordinal);
    }

    [Fact]
    public void An_answer_of_the_kernel_that_is_none_in_whole_is_not_taken()
    {
        Assert.True(SocketDiagnosis.Take(Message(type: 3), []));
        Assert.Null(SocketDiagnosis.Take(Message(type: 20), []));
        Assert.False(SocketDiagnosis.Take(Message(type: 2), []));
        Assert.False(SocketDiagnosis.Take(Message(type: 20, flags: 0x10), []));
        Assert.False(SocketDiagnosis.Take(Message(type: 20, length: 87), []));
        Assert.False(SocketDiagnosis.Take(Message(type: 20, length: 15), []));
        Assert.False(SocketDiagnosis.Take(Message(type: 20, length: 89), []));
        Assert.False(SocketDiagnosis.Take(Message(type: 20).AsSpan(0, 12), []));

        static byte[] Message(ushort type, ushort flags = 0, uint length = 88)
        {
            var bytes = new byte[88];
            MemoryMarshal.Write(bytes, length);
            MemoryMarshal.Write(bytes.AsSpan(4), type);
            MemoryMarshal.Write(bytes.AsSpan(6), flags);
            return bytes;
        }
    }

    [Fact]
    public void A_lease_shows_a_file_that_another_process_has_open_without_looking_at_processes()
    {
        var held = scratch.Write("data/held", "x");
        scratch.Write("data/free", "x");
        var start = new ProcessStartInfo("bash", ["-c", $"exec 9<{held}; echo ready; read -r line"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadLine();

        var whileHeld = LeaseSearch.Below([scratch.At("data")], CancellationToken.None);
        process.StandardInput.Close();
        process.WaitForExit();
        var afterwards = LeaseSearch.Below([scratch.At("data"), scratch.At("missing")], CancellationToken.None);

        Assert.Equal(held, whileHeld.HeldPath);
        Assert.Equal(new LeaseFindings(2, null, null), afterwards);
    }

    [Fact]
    public void A_deleted_file_that_is_still_open_counts_as_held()
    {
        var held = scratch.Write("data/held", "x");
        var start = new ProcessStartInfo("bash", ["-c", $"exec 9<{held}; rm {held}; echo ready; read -r line"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadLine();

        var found = OpenFileSearch.Below([scratch.At("data")], ProcessTable.Machine, ProcessTable.Machine.List(), _ => false, []);
        process.StandardInput.Close();
        process.WaitForExit();

        Assert.Equal((process.Id, held + " (deleted)"), (Assert.Single(found).Process.Id, found[0].Path));
    }
}
