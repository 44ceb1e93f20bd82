namespace Cairn.Agent.Tests.Engines.OpenGemini;

/// <summary>A directory of a test's own, removed with the test.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public ScratchDirectory() => Path = Directory.CreateTempSubdirectory("cairn-engine-").FullName;

    public string Path { get; }

    public string At(string relative) => $"{Path}/{relative}";

    /// <summary>Writes a file and the directories above it.</summary>
    public string Write(string relative, string text)
    {
        var path = At(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        using var writer = new StreamWriter(path);
        writer.Write(text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
