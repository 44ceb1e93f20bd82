namespace Cairn.TestKit.Processes;

/// <summary>The double of openGemini (tests/Doubles/OpenGemini): where it is, and how a directory of it is made.</summary>
public static class OpenGeminiDouble
{
    /// <summary>The names that openGemini's programs have.</summary>
    public static IReadOnlyList<string> ProgramNames { get; } = ["ts-meta", "ts-store", "ts-sql", "ts-server"];

    /// <summary>Makes a directory that can stand where a directory of the real programs stands, and returns it.</summary>
    public static string InstallInto(string directory)
    {
        var program = Checkout.Program("tests/Doubles/OpenGemini", "opengemini-double");
        Directory.CreateDirectory(directory);
        foreach (var name in ProgramNames)
        {
            var link = Path.Combine(directory, name);
            File.Delete(link);
            File.CreateSymbolicLink(link, program);
        }

        return directory;
    }
}
