using Cairn.Agent.Native;

namespace Cairn.Agent.Tests.Plain;

/// <summary>A directory of a test's own, gone with it.</summary>
internal sealed class TestDirectory : IDisposable
{
    private const string InMemory = "/dev/shm";

    public TestDirectory() => Directory.CreateDirectory(Path);

    /// <summary>In memory where that is possible: these tests let an agent die hundreds of times, and each sync would cost.</summary>
    public string Path { get; } = System.IO.Path.Combine(
        NativeFiles.MayChangeNamesIn(InMemory) ? InMemory : NativeFiles.RealPath(System.IO.Path.GetTempPath())!,
        $"cairn-agent-test-{Guid.NewGuid():N}");

    /// <summary>A path inside.</summary>
    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file and the directories above it; returns its path.</summary>
    public string Write(string relative, string content)
    {
        var path = At(relative.Split('/'));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        using var writer = new StreamWriter(path);
        writer.Write(content);
        return path;
    }

    public void Dispose() => Tree.Remove(Path, CancellationToken.None);
}
