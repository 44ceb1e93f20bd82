using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Cli.Terminal;

/// <summary>
/// The contract's messages as JSON for scripts: canonical proto3 JSON with the field names of protos/cairn/v1, every field
/// present, one document per line. 64-bit numbers are strings, times are RFC 3339, as that mapping prescribes.
/// </summary>
internal static class JsonDocuments
{
    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithPreserveProtoFieldNames(true));

    /// <summary>One message on one line.</summary>
    public static string Line(IMessage message) => Formatter.Format(message);

    /// <summary>A failure as it goes to standard error: <c>{"error": {...}, "exit_code": 3}</c>.</summary>
    public static string Failure(ErrorDetail error, int exitCode) =>
        $"{{ \"error\": {Formatter.Format(error)}, \"exit_code\": {exitCode} }}";
}
