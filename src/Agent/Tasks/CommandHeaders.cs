using System.Security.Cryptography;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Agent.Tasks;

/// <summary>What all commands have in common: field 1 is their header.</summary>
internal static class CommandHeaders
{
    private const int HeaderField = 1;

    private static readonly TimeSpan MaxTimeLeft = TimeSpan.FromDays(365);

    /// <summary>The command's header.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when there is none.</exception>
    public static CommandHeader Of(IMessage request) =>
        request.Descriptor.FindFieldByNumber(HeaderField).Accessor.GetValue(request) as CommandHeader
        ?? throw Invalid("the command has no header");

    /// <summary>Checks the form of a header; epochs and deadlines are judged where they matter.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static CommandHeader Require(CommandHeader? header)
    {
        if (header is null)
        {
            throw Invalid("the command has no header");
        }

        TaskId.Parse(header.TaskId);
        JobId.Parse(header.JobId);
        Names.Require(header.Cluster, "cluster");
        if (header.Epoch < 1)
        {
            throw Invalid($"the epoch is {header.Epoch}, not 1 or more");
        }

        return header.Deadline is null ? throw Invalid("the command has no deadline") : header;
    }

    /// <summary>
    /// Sets the deadline by this host's clock, now that the command has arrived: the sender's clock may show anything.
    /// </summary>
    public static void TakeTime(CommandHeader header, DateTimeOffset now)
    {
        if (header.TimeLeftMs < 0 || header.TimeLeftMs > MaxTimeLeft.TotalMilliseconds)
        {
            throw Invalid($"the command leaves {header.TimeLeftMs} ms");
        }

        if (header.TimeLeftMs > 0)
        {
            header.Deadline = Timestamp.FromDateTimeOffset(now + TimeSpan.FromMilliseconds(header.TimeLeftMs));
        }
    }

    /// <summary>
    /// What makes two commands the same: everything but epoch and deadline, which a coordinator that was restarted gives
    /// anew, and the node, which an older one does not name.
    /// </summary>
    public static string HashOf(IMessage request)
    {
        var copy = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        var header = Of(copy);
        header.Epoch = 0;
        header.Deadline = null;
        header.TimeLeftMs = 0;
        header.Node = "";
        return Convert.ToHexStringLower(SHA256.HashData(copy.ToByteArray()));
    }

    private static CairnException Invalid(string finding) => new(
        ErrorCode.InvalidRequest, finding, "bring coordinator and agent to the same version");
}
