namespace OpenGeminiDouble.Store;

/// <summary>Files that the store keeps open while it runs, as the real one does; without any lock on them.</summary>
internal sealed class HeldFiles : IDisposable
{
    private readonly Dictionary<string, FileStream> open = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    public void Hold(string path)
    {
        lock (gate)
        {
            if (!open.ContainsKey(path) && File.Exists(path))
            {
                open[path] = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
        }
    }

    /// <summary>Closes and unlinks.</summary>
    public void Remove(string path)
    {
        lock (gate)
        {
            if (open.Remove(path, out var file))
            {
                file.Dispose();
            }

            File.Delete(path);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var file in open.Values)
            {
                file.Dispose();
            }

            open.Clear();
        }
    }
}
