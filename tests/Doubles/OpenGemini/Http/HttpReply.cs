using System.Text;

namespace OpenGeminiDouble.Http;

internal sealed record HttpReply(int Status, string? ContentType, byte[] Body)
{
    public List<(string Name, string Value)> Headers { get; } = [];

    /// <summary>Bodies of the HTTP API come chunked, those of the control endpoints with a length.</summary>
    public bool Chunked { get; init; }

    public static HttpReply Empty(int status = 200) => new(status, null, []);

    public static HttpReply Json(string body, int status = 200) => new(status, "application/json", Encoding.UTF8.GetBytes(body));

    public static HttpReply Text(string body, int status = 200) =>
        new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(body));
}
