namespace Cairn.Integration.Sites;

/// <summary>A directory below /tmp that goes with the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("cairn-it-").FullName;

    /// <summary>A path below it.</summary>
    public string Below(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
