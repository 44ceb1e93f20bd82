namespace Cairn.TestKit;

/// <summary>A lock that one process on this machine holds at a time; it ends with its process, however that ends.</summary>
public static class MachineLock
{
    /// <summary>Takes it, to be held until the result is disposed; null while another process holds it.</summary>
    public static IDisposable? TryTake(string name)
    {
        try
        {
            return new FileStream(Path.Combine(Path.GetTempPath(), $"{name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
