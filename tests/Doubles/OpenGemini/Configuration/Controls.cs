using System.Collections.Concurrent;
using System.Globalization;

namespace OpenGeminiDouble.Configuration;

/// <summary>
/// How a test tells a double to misbehave: from the environment variable <c>OPENGEMINI_DOUBLE</c>
/// (<c>name=value;name=value</c>) at the start, and while it runs by <c>POST /double/control?name=value</c> on any of its
/// HTTP ports. An empty value takes the control back. README.md beside this project lists the names.
/// </summary>
internal sealed class Controls
{
    private readonly ConcurrentDictionary<string, string> values = new(StringComparer.Ordinal);

    public static Controls FromEnvironment()
    {
        var controls = new Controls();
        var text = Environment.GetEnvironmentVariable("OPENGEMINI_DOUBLE") ?? "";
        foreach (var pair in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            controls.Set(parts[0], parts.Length > 1 ? parts[1] : "on");
        }

        return controls;
    }

    public void Set(string name, string value)
    {
        if (value.Length == 0)
        {
            values.TryRemove(name, out _);
        }
        else
        {
            values[name] = value;
        }
    }

    public string? Get(string name) => values.GetValueOrDefault(name);

    public bool Is(string name, string value) => Get(name) == value;

    public int Number(string name, int otherwise) =>
        int.TryParse(Get(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
