using Cairn.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Cairn.Shared.Errors;

/// <summary>
/// The way of a failure over gRPC: the status code and message that every client understands, and beside them
/// <c>google.rpc.ErrorInfo</c> in the trailer <c>grpc-status-details-bin</c>, which every language's gRPC library can read.
/// </summary>
public static class RpcErrors
{
    private const string DetailsTrailer = "grpc-status-details-bin";
    private const string Domain = "cairn";

    // Header limits of other implementations begin at 8 KiB; a detail that long would be a defect anyway.
    private const int MaxTextLength = 1024;
    private const int MaxDetailsBytes = 16 * 1024;

    /// <summary>The failure as a server answers it.</summary>
    public static RpcException ToRpc(CairnException failure, string defaultNode = "")
    {
        var detail = failure.ToDetail(defaultNode);
        var message = Shorten(detail.Message);
        var info = new ErrorInfo { Reason = detail.Code, Domain = Domain };
        AddUnlessEmpty(info, "way_out", detail.WayOut);
        AddUnlessEmpty(info, "node", detail.Node);
        AddUnlessEmpty(info, "object", detail.Object);

        var status = new Google.Rpc.Status { Code = (int)failure.Code.Status(), Message = message };
        status.Details.Add(Any.Pack(info));
        var trailers = new Metadata { { DetailsTrailer, status.ToByteArray() } };
        return new RpcException(new Grpc.Core.Status(failure.Code.Status(), message), trailers);
    }

    /// <summary>
    /// The failure as a client meets it: what the server said when it said it in our form, else what the status alone
    /// tells. <paramref name="whenUnreachable"/> is what it means that <paramref name="target"/> did not answer.
    /// </summary>
    public static CairnException FromRpc(RpcException failure, ErrorCode whenUnreachable, string target)
    {
        if (TryReadDetails(failure) is { } detail)
        {
            return CairnException.FromDetail(detail);
        }

        if (FindLocal(failure) is { } ours)
        {
            return ours;
        }

        return failure.StatusCode switch
        {
            StatusCode.Unavailable => new CairnException(
                whenUnreachable,
                $"{target} cannot be reached: {Reason(failure)}",
                "see that it runs and that the address is right",
                subject: target,
                cause: failure),
            StatusCode.DeadlineExceeded => new CairnException(
                whenUnreachable,
                $"{target} did not answer in time",
                "see that it runs and is not overloaded",
                subject: target,
                cause: failure),
            StatusCode.Unimplemented => new CairnException(
                ErrorCode.AgentTooOld,
                $"{target} does not know this call",
                "bring all parts to the same version",
                subject: target,
                cause: failure),
            _ => new CairnException(
                ErrorCode.Internal,
                $"{target} answered {failure.StatusCode}: {Shorten(failure.Status.Detail)}",
                "look into the log of that process",
                subject: target,
                cause: failure),
        };
    }

    /// <summary>
    /// What this side found out about the server while it connected, e.g. that it is not the part that was meant; null when
    /// the failure is not of that kind.
    /// </summary>
    public static CairnException? FindLocal(RpcException failure)
    {
        var cause = failure.Status.DebugException;
        while (cause is not null and not CairnException)
        {
            cause = cause.InnerException;
        }

        return (CairnException?)cause;
    }

    /// <summary>
    /// Why no answer came, in the system's own words. The transport's exceptions stand in one another; the innermost says what
    /// happened ("Connection refused").
    /// </summary>
    public static string Reason(RpcException failure)
    {
        var innermost = failure.Status.DebugException;
        while (innermost?.InnerException is { } inner)
        {
            innermost = inner;
        }

        return Shorten(innermost?.Message ?? failure.Status.Detail);
    }

    private static ErrorDetail? TryReadDetails(RpcException failure)
    {
        var bytes = failure.Trailers.GetValueBytes(DetailsTrailer);
        if (bytes is null || bytes.Length > MaxDetailsBytes)
        {
            return null;
        }

        try
        {
            var status = Google.Rpc.Status.Parser.ParseFrom(bytes);
            foreach (var any in status.Details)
            {
                if (any.Is(ErrorInfo.Descriptor) && any.Unpack<ErrorInfo>() is { Domain: Domain } info)
                {
                    return new ErrorDetail
                    {
                        Code = info.Reason,
                        Message = status.Message,
                        WayOut = info.Metadata.GetValueOrDefault("way_out", ""),
                        Node = info.Metadata.GetValueOrDefault("node", ""),
                        Object = info.Metadata.GetValueOrDefault("object", ""),
                    };
                }
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // A peer that is not ours put something else there; the status code still says what is to be said.
            return null;
        }

        return null;
    }

    private static void AddUnlessEmpty(ErrorInfo info, string key, string value)
    {
        if (value.Length > 0)
        {
            info.Metadata[key] = Shorten(value);
        }
    }

    private static string Shorten(string text) =>
        text.Length <= MaxTextLength ? text : string.Concat(text.AsSpan(0, MaxTextLength - 1), "…");
}
