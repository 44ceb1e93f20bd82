using System.Diagnostics;

namespace Cairn.TestKit;

/// <summary>The real database files, recorded answers and configurations below <c>tests/Fixtures</c>.</summary>
public static class Fixtures
{
    private const string OldRoot = "/srv/og";

    /// <summary>A file of the openGemini fixtures, e.g. <c>expected/cluster-getdata.json</c>.</summary>
    public static string PathOf(string relative) => Checkout.PathOf("tests/Fixtures/opengemini/" + relative);

    /// <summary>The text of a file of the openGemini fixtures.</summary>
    public static string TextOf(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>
    /// Unpacks the archive <paramref name="name"/> (without its ending) below <paramref name="root"/>, which is made; owners become the
    /// user of the tests, modes and times stay.
    /// </summary>
    /// <exception cref="InvalidOperationException">tar or zstd is missing, or failed.</exception>
    public static void Unpack(string name, string root)
    {
        Directory.CreateDirectory(root);
        string[] arguments = ["--zstd", "--no-same-owner", "-xpf", PathOf(name + ".tar.zst"), "-C", root];
        var start = new ProcessStartInfo("tar", arguments) { RedirectStandardError = true };
        using var tar = Process.Start(start) ?? throw new InvalidOperationException("tar cannot be started");
        var said = tar.StandardError.ReadToEnd();
        tar.WaitForExit();
        if (tar.ExitCode != 0)
        {
            throw new InvalidOperationException($"tar failed on {name}: {said}");
        }
    }

    /// <summary>
    /// Writes the configuration <paramref name="name"/> (e.g. <c>cluster-1</c>) into <paramref name="root"/> with its directories below
    /// <paramref name="root"/>, and returns its path.
    /// </summary>
    public static string Configuration(string name, string root)
    {
        var path = Path.Combine(root, name + ".conf");
        Directory.CreateDirectory(root);
        using var writer = new StreamWriter(path);
        writer.Write(TextOf($"configs/{name}.conf").Replace(OldRoot, root, StringComparison.Ordinal));
        return path;
    }
}
