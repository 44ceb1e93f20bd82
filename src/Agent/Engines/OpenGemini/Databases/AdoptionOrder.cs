using System.Text;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Databases;

/// <summary>
/// <c>POST /recoverMeta?dbs=…&amp;metaData=…</c>: how a ts-meta that leads is told to take databases out of another catalogue. The whole catalogue
/// travels in the query, as it was written [ran H, P5]; one that was cut down to the databases was never tried.
/// </summary>
internal static class AdoptionOrder
{
    /// <summary>Go's HTTP server takes 1 MiB of headers [source]; a little is left for the others.</summary>
    private const int MaxBytes = 1_000_000;

    /// <summary>The path and query.</summary>
    public static string Of(ReadOnlySpan<byte> catalogue, IReadOnlyList<string> databases) =>
        $"/recoverMeta?dbs={Uri.EscapeDataString(string.Join(',', databases))}&metaData={Uri.EscapeDataString(Encoding.UTF8.GetString(catalogue))}";

    /// <summary>Returns how long it is.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/>: longer than a ts-meta takes.</exception>
    public static string RequireSize(ReadOnlySpan<byte> catalogue, IReadOnlyList<string> databases, string address)
    {
        // Escaping makes text longer only, so what is too long already need not be escaped.
        var length = catalogue.Length > MaxBytes ? catalogue.Length : Of(catalogue, databases).Length;
        return length <= MaxBytes
            ? $"the order to take them back has {length} bytes"
            : throw new CairnException(
                ErrorCode.Unsupported,
                $"the catalogue needs {length} bytes in the order by which a running cluster takes databases back; a ts-meta takes {MaxBytes}",
                "back up and restore the whole cluster, without --objects",
                subject: address);
    }
}
