using System.Runtime.CompilerServices;

namespace Cairn.TestKit;

/// <summary>The checkout that the tests were compiled from, and the programs built in it.</summary>
public static class Checkout
{
    /// <summary>The directory of <c>Distributed.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The build configuration of the running tests; programs are taken from the same one.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>A path below the root.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>A program of a project of the solution.</summary>
    /// <exception cref="FileNotFoundException">It has not been built in this configuration.</exception>
    public static string Program(string project, string name)
    {
        var path = PathOf(Path.Combine(project, "bin", Configuration, "net10.0", name));
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not there: build {project} first", path);
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var directory = new FileInfo(here).Directory;
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Distributed.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException($"no Distributed.sln above {here}");
    }
}
