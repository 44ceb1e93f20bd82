using System.Globalization;

namespace Cairn.Bench;

/// <summary>How a caller says what is to be measured: <c>--json FILE</c>, and sizes that suit the machine from the environment.</summary>
internal static class BenchSettings
{
    /// <summary>The file for the figures; null for none.</summary>
    public static string? JsonPath(string[] args, string name) => args switch
    {
        [] => null,
        ["--json", var path] => path,
        _ => throw new ArgumentException($"usage: {name} [--json FILE]"),
    };

    /// <summary>A number from the environment.</summary>
    public static long Number(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;

    /// <summary><c>CAIRN_BENCH_DIR</c>: where to work, default the temporary directory.</summary>
    public static string Directory => Environment.GetEnvironmentVariable("CAIRN_BENCH_DIR") ?? Path.GetTempPath();
}
