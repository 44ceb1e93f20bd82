using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cairn.TestKit;

namespace Cairn.Faults.Hosts;

/// <summary>
/// What one run has to itself on this machine: a directory, a switch and a subnet, named by a number that this process holds the lock of. So whatever is
/// found under these names when a site begins is of a run that has ended, however it did.
/// </summary>
internal sealed class Plot : IDisposable
{
    // As many as there are subnets.
    private const int Last = 250;
    private const string Mark = "CAIRN_FAULTS_PLOT";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly IDisposable held;
    private readonly int number;

    private Plot(IDisposable held, int number)
    {
        this.held = held;
        this.number = number;
    }

    /// <summary>Where everything goes.</summary>
    public string DirectoryPath => Path.Combine(Path.GetTempPath(), Name);

    /// <summary>The switch's name, short enough for a network interface that has one letter more.</summary>
    public string Switch => string.Create(CultureInfo.InvariantCulture, $"cairn-f{number}");

    private string Name => string.Create(CultureInfo.InvariantCulture, $"cairn-faults-{number}");

    /// <summary>The first that no run holds.</summary>
    public static Plot Take()
    {
        for (var number = 1; number <= Last; number++)
        {
            if (MachineLock.TryTake(string.Create(CultureInfo.InvariantCulture, $"cairn-faults-{number}")) is { } held)
            {
                return new Plot(held, number);
            }
        }

        throw new InvalidOperationException($"{Last} runs of this suite are alive");
    }

    /// <summary>A host's address, of those that are for tests (RFC 2544).</summary>
    public string Address(int host) => string.Create(CultureInfo.InvariantCulture, $"198.18.{number}.{host}");

    /// <summary>Ends and removes everything under these names; what this process starts from now on goes under them.</summary>
    public async Task ClearAsync()
    {
        await Eventually.HoldsAsync($"nothing runs any more that was started for {Name}", NoneRuns, Deadline, CancellationToken.None);
        foreach (var mount in Mounts())
        {
            await Command.RunAsync("umount", mount);
        }

        if (await Command.TryAsync("ip", "link", "show", Switch) is null)
        {
            await Command.RunAsync("ip", "link", "del", Switch);
        }

        if (Directory.Exists(DirectoryPath))
        {
            Directory.Delete(DirectoryPath, recursive: true);
        }

        Environment.SetEnvironmentVariable(Mark, DirectoryPath);
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    // With their processes the hosts' networks are gone, too.
    private bool NoneRuns()
    {
        var found = Process.GetProcesses().Where(process => process.Id != Environment.ProcessId && IsOfThis(process.Id)).ToList();
        found.ForEach(process => process.Kill());
        return found.Count == 0;
    }

    // A database is a program of the site's own, and has nothing of its agent's environment.
    private bool IsOfThis(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ", Encoding.UTF8).Split('\0').Contains($"{Mark}={DirectoryPath}")
                || File.ResolveLinkTarget($"/proc/{process}/exe", returnFinalTarget: false)?.FullName.StartsWith($"{DirectoryPath}/", StringComparison.Ordinal) == true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is of the kernel.
            return false;
        }
    }

    private IEnumerable<string> Mounts() => File.ReadAllLines("/proc/self/mountinfo")
        .Select(line => line.Split(' ')[4])
        .Where(path => path.StartsWith($"{DirectoryPath}/", StringComparison.Ordinal));
}
