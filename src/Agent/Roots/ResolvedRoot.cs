namespace Cairn.Agent.Roots;

/// <summary>A directory that may be touched, resolved once; all that follows uses <see cref="Path"/>.</summary>
/// <param name="Configured">As the operator or the engine's configuration wrote it.</param>
/// <param name="Path">The same place without any link.</param>
internal sealed record ResolvedRoot(string Configured, string Path)
{
    /// <summary>The directory that it is a name in.</summary>
    public string Parent => System.IO.Path.GetDirectoryName(Path)!;
}
