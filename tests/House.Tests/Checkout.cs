using System.Runtime.CompilerServices;

namespace Cairn.House.Tests;

/// <summary>Finds the checkout that this test was compiled from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>What the build made of a project, in the configuration of this test.</summary>
    public static string OutputOf(string project, string file)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, project, "bin", own.Parent!.Name, own.Name, file);
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
