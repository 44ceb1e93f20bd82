namespace Cairn.Security.Identity;

/// <summary>A directory of one test, removed with it.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cairn-security-");

    public string Root => directory.FullName;

    public string At(params string[] names) => Path.Combine([directory.FullName, .. names]);

    /// <summary>Writes a file that is readable by its owner only.</summary>
    public string Write(string name, string content)
    {
        var path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Cairn.Shared.Security.SecretFiles.Publish(path, content);
        return path;
    }

    public void Dispose() => directory.Delete(recursive: true);
}
