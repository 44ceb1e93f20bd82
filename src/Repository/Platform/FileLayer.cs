namespace Cairn.Repository;

/// <summary>
/// Which file layer the repository's code uses: the kernel's, unless the code runs inside <see cref="Use"/>. The choice follows the flow of calls (also into
/// tasks and threads that they start), so that two repositories in one process do not see each other's.
/// </summary>
internal static class FileLayer
{
    private static readonly AsyncLocal<IFileLayer?> Chosen = new();

    public static IFileLayer Current => Chosen.Value ?? KernelFiles.Instance;

    /// <summary>Until the result is disposed; a proof's way to record changes or let them fail.</summary>
    public static IDisposable Use(IFileLayer layer)
    {
        var before = Chosen.Value;
        Chosen.Value = layer;
        return new Scope(before);
    }

    private sealed class Scope(IFileLayer? before) : IDisposable
    {
        public void Dispose() => Chosen.Value = before;
    }
}
