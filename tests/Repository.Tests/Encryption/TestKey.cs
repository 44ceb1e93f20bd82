namespace Cairn.Repository.Tests.Encryption;

/// <summary>The key file of tests that encrypt; made once, since its content matters to none of them.</summary>
internal static class TestKey
{
    public static RepositoryKey Value { get; } = Make();

    private static RepositoryKey Make()
    {
        var directory = Directory.CreateTempSubdirectory("cairn-test-key-").FullName;
        new SourceTree(directory).WithFile("key", RepositoryKey.KeyFileBytes, seed: 7);
        var key = RepositoryKey.FromKeyFile(Path.Combine(directory, "key"));
        Directory.Delete(directory, recursive: true);
        return key;
    }
}
