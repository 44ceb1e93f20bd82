using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Cli.Terminal;

/// <summary>
/// The contract's messages as JSON for scripts: canonical proto3 JSON (lowerCamelCase names), every plain
/// field present, one document per line. 64-bit numbers are strings, times are RFC 3339, as that mapping prescribes.
/// </summary>
internal static class JsonDocuments
{
    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    /// <summary>One message on one line.</summary>
    public static string Line(IMessage message) => Formatter.Format(message);

    /// <summary>A failure as it goes to standard error: <c>{"error": {...}, "exitCode": 3}</c>.</summary>
    public static string Failure(ErrorDetail error, int exitCode) =>
        $"{{ \"error\": {Formatter.Format(error)}, \"exitCode\": {exitCode} }}";
}
