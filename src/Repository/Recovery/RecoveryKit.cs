namespace Cairn.Repository;

/// <summary>
/// The page and the script that every chain carries, so that its points can be had without Cairn (docs/repository-format.md, "Recovery"). They
/// are made with the chain and stay as they are: a chain's script reads what was written into the chain.
/// </summary>
internal static class RecoveryKit
{
    public static void Ensure(RepositoryLayout.ChainLayout chain)
    {
        Ensure(chain.RecoveryPage, "RECOVER.md");
        Ensure(chain.RecoveryScript, "recover.py");
    }

    private static void Ensure(string path, string resource)
    {
        if (UnixStat.TryRead(path) is null)
        {
            DurableFile.Write(path, Load(resource));
        }
    }

    private static byte[] Load(string resource)
    {
        using var stream = typeof(RecoveryKit).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the build left out {resource}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
