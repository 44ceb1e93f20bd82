using System.Net;
using System.Text;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>
/// The bodies of <c>/debug/ctrl</c>: labelled JSON, but bare lines in braces, either one word or <c>host: word,</c> for every store.
/// </summary>
internal static class CtrlAnswer
{
    /// <summary>Throws unless the order was carried out everywhere: status 200, at least one line, every line a success.</summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">It was not, or not everywhere; the line says where.</exception>
    public static void RequireSuccess(Answer answer)
    {
        if (answer.Status != HttpStatusCode.OK)
        {
            throw answer.Unusable($"answered {(int)answer.Status} with {answer.Shown}");
        }

        var lines = Lines(answer);
        var failed = lines.FirstOrDefault(line => line != "success" && !line.EndsWith(": success", StringComparison.Ordinal));
        if (lines.Count == 0 || failed is not null)
        {
            throw answer.Unusable($"did not succeed: {failed ?? answer.Shown}");
        }
    }

    /// <summary>What is said about the host with this address; null when it is not named.</summary>
    public static string? SaidOf(Answer answer, string address) => Lines(answer)
        .Where(line => line.StartsWith(address + ":", StringComparison.Ordinal))
        .Select(line => line[(address.Length + 1)..].Trim())
        .FirstOrDefault();

    private static List<string> Lines(Answer answer) =>
    [
        .. Encoding.UTF8.GetString(answer.Body)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line is not ("{" or "}"))
            .Select(line => line.TrimEnd(',')),
    ];
}
