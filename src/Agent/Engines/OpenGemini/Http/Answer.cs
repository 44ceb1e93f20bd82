using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>What a database process answered.</summary>
/// <param name="Question">Method and address, for messages.</param>
/// <param name="Status">Says little: see <see cref="OpenGeminiClient"/>.</param>
/// <param name="Body">The body, bounded.</param>
/// <param name="Version">The header <c>X-Geminidb-Version</c>, e.g. <c>v1.5.2</c>; empty when there is none.</param>
internal sealed record Answer(string Question, HttpStatusCode Status, byte[] Body, string Version)
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>The beginning of the body, fit for a message.</summary>
    public string Shown
    {
        get
        {
            var text = Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 200)));
            return Body.Length == 0 ? "nothing" : $"'{new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim()}'";
        }
    }

    /// <summary>The body as JSON.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.EngineAnswer"/> when it is not a 200 with a JSON object.</exception>
    public JsonDocument Json()
    {
        if (Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new CairnException(
                ErrorCode.Unsupported,
                $"{Question} wants a user ({(int)Status}), and Cairn has no credentials for databases yet",
                "turn auth-enabled off for this endpoint, or stop the cluster and back it up with --cold");
        }

        if (Status != HttpStatusCode.OK)
        {
            throw Unusable($"answered {(int)Status} with {Shown}");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(Body, Strict);
        }
        catch (JsonException)
        {
            throw Unusable($"answered something that is not JSON: {Shown}");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw Unusable($"answered no JSON object: {Shown}");
    }

    /// <summary>The failure of an answer that cannot be used.</summary>
    public CairnException Unusable(string what) => new(
        ErrorCode.EngineAnswer, $"{Question} {what}", "see the database's log; the version may differ from those that are known");
}
