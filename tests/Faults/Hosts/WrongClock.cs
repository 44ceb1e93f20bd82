using System.Globalization;

namespace Cairn.Faults.Hosts;

/// <summary>A clock that is wrong for one program: its calls for the time of day are answered by libfaketime.</summary>
internal static class WrongClock
{
    private const string Library = "faketime/libfaketimeMT.so.1";

    /// <summary>The words that start a program by it. Clocks that count from a start stay right, and so do the times of files, which are the kernel's.</summary>
    public static IReadOnlyList<string> By(TimeSpan wrong) =>
    [
        "env", $"LD_PRELOAD={LibraryPath()}", string.Create(CultureInfo.InvariantCulture, $"FAKETIME={wrong.TotalSeconds:+0;-0}"),
        "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1",
    ];

    private static string LibraryPath() =>
        Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").Select(libraries => Path.Combine(libraries, Library)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"there is no {Library}: the package libfaketime is missing");
}
