using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Cairn.Shared.Security;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.Security.Secrets;

/// <summary>Plants a secret of each kind in a running system, and searches everything that it writes and shows.</summary>
public sealed class PlantedSecretsTests : IDisposable
{
    // What the agent's own tool takes from the environment.
    private const string Variable = "CAIRN_TEST_REPOSITORY_PASSPHRASE";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cairn-secrets-");

    [Fact]
    public async Task No_secret_reaches_an_output_an_error_a_log_the_catalog_a_repository_a_journal_or_a_process_list()
    {
        const string AuthorityPassphrase = "correct horse battery staple 4711";
        const string RepositoryPassphrase = "seven brave tailors at one blow 4712";
        const string SparePassphrase = "who has been sleeping in my bed 4713";
        const string WrongPassphrase = "open sesame, said nobody at all 4714";
        var keyFile = RandomNumberGenerator.GetBytes(32);
        SecretFiles.Publish(At("passphrase"), AuthorityPassphrase + "\n");
        SecretFiles.Publish(At("repository.passphrase"), RepositoryPassphrase + "\n");
        SecretFiles.Publish(At("wrong.passphrase"), WrongPassphrase + "\n");
        WriteKeyFile(At("repository.key"), keyFile);
        Environment.SetEnvironmentVariable(Variable, SparePassphrase);
        Fixtures.Unpack("single-golden", At("database"));
        await using var system = new CairnSystem(At("cairn"), "c1", "opengemini");
        var node = new AgentSetup("n1", "opengemini", Fixtures.Configuration("single", At("database")), [At("database", "single")])
        {
            Encryption = [$"passphrase-file: {At("repository.passphrase")}"],
        };
        await system.StartAsync([node], CancellationToken.None);
        var seen = new StringBuilder();

        await RunAsync(system, seen, "user", "add", "bob", "--role", "operator", "--out", At("bob.yaml"));
        await RunAsync(system, seen, "user", "token", "bob", "--out", At("bob2.yaml"));
        await RunAsync(system, seen, "node", "token", "n2", "--out", At("n2.token"));
        await RunAsync(system, seen, "ca", "backup", At("ca.sealed"), "--passphrase-file", At("passphrase"));
        var backup = await RunAsync(system, seen, "backup", "run", "c1", "--cold");
        var slot = await ToolAsync(system, seen, "key", "add", "--new-key-file", At("repository.key"), "--label", "spare");
        var another = await ToolAsync(system, seen, "key", "add", "--new-passphrase-variable", Variable);
        var verified = await ToolAsync(system, seen, "verify", "latest");
        await ToolAsync(system, seen, "key", "list");

        // What is refused and what is malformed must not be told either.
        await RunAsync(system, seen, "whoami");
        await RunAsync(system, seen, "user", "add", "bob", "--out", At("bob3.yaml"));
        await RunAsync(system, seen, "ca", "backup", At("ca2.sealed"), "--passphrase-file", At("repository.key"));
        await RunAsync(system, seen, "audit", "list");
        await RunAsync(system, seen, "job", "list");
        system.Configure("n1", setup => setup with { Encryption = [$"passphrase-file: {At("wrong.passphrase")}"] });
        var wrong = await ToolAsync(system, seen, "list");
        seen.Append(system.Output()).Append(ProcessList());

        // Their files are locked while the daemons run.
        await system.DisposeAsync();

        Assert.Equal((0, 0, 0, 0), (backup.ExitCode, slot.ExitCode, another.ExitCode, verified.ExitCode));
        Assert.Contains("REPOSITORY_KEY", wrong.Error, StringComparison.Ordinal);
        var secrets = new Dictionary<string, string>
        {
            ["the passphrase of the authority's copy"] = AuthorityPassphrase,
            ["the repository's passphrase"] = RepositoryPassphrase,
            ["a passphrase out of the environment"] = SparePassphrase,
            ["a wrong passphrase"] = WrongPassphrase,
        };
        AddBytes(secrets, "the repository's key file", keyFile);
        AddBytes(secrets, "the admin's token", Secret(TokenIn(system.Credentials)));
        AddBytes(secrets, "a user's token that was replaced", Secret(TokenIn(At("bob.yaml"))));
        AddBytes(secrets, "a user's token", Secret(TokenIn(At("bob2.yaml"))));
        AddBytes(secrets, "a join token that was used", JoinSecret(At("cairn", "n1.join-token")));
        AddBytes(secrets, "a join token that is open", JoinSecret(At("n2.token")));
        secrets["the text of a join token that was used"] = Tail(await File.ReadAllTextAsync(At("cairn", "n1.join-token")));
        secrets["the text of a join token that is open"] = Tail(await File.ReadAllTextAsync(At("n2.token")));
        foreach (var key in KeyFiles())
        {
            secrets[$"the key in {key}"] = KeyBody(Read(key));
        }

        Assert.True(secrets.Count >= 30, string.Join(", ", secrets.Keys));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret.Value, seen.ToString(), StringComparison.Ordinal));
        var written = Written().ToList();
        Assert.Contains(written, path => path.EndsWith("catalog.db", StringComparison.Ordinal));
        Assert.Contains(written, path => path.Contains("/audit/", StringComparison.Ordinal));
        Assert.Contains(written, path => path.EndsWith(".slot", StringComparison.Ordinal));
        foreach (var path in written)
        {
            var content = Read(path);
            Assert.All(secrets, secret => Assert.False(content.Contains(secret.Value, StringComparison.Ordinal), $"{secret.Key} is in {path}"));
        }
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        directory.Delete(recursive: true);
    }

    private static async Task<CliResult> RunAsync(CairnSystem system, StringBuilder seen, params string[] words) =>
        Seen(seen, await system.CliTextAsync(words, CancellationToken.None));

    private static async Task<CliResult> ToolAsync(CairnSystem system, StringBuilder seen, params string[] words) =>
        Seen(seen, await system.RepositoryToolAsync("n1", words, CancellationToken.None));

    private static CliResult Seen(StringBuilder seen, CliResult result)
    {
        seen.Append(result.Output).Append(result.Error);
        return result;
    }

    // In every form in which bytes are likely to be written down.
    private static void AddBytes(Dictionary<string, string> secrets, string name, byte[] secret)
    {
        secrets[$"{name}, as it is"] = Encoding.Latin1.GetString(secret);
        secrets[$"{name}, in hexadecimal"] = Convert.ToHexStringLower(secret);
        secrets[$"{name}, in capital hexadecimal"] = Convert.ToHexString(secret);
        secrets[$"{name}, in base64"] = Convert.ToBase64String(secret).TrimEnd('=');
        secrets[$"{name}, in base64url"] = Base64Url.EncodeToString(secret);
    }

    private static byte[] JoinSecret(string path) => JoinToken.Parse(File.ReadAllText(path)).Secret.ToArray();

    private static void WriteKeyFile(string path, byte[] key)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(key);
    }

    private static string ProcessList()
    {
        var text = new StringBuilder();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => path.Split('/')[^1].All(char.IsAsciiDigit)))
        {
            try
            {
                text.Append(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ')).Append('\n');
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return text.ToString();
    }

    private static string TokenIn(string credential) =>
        File.ReadLines(credential).Single(line => line.StartsWith("token:", StringComparison.Ordinal)).Split('\'')[1];

    private static byte[] Secret(string token) => Base64Url.DecodeFromChars(token.Split('.')[^1]);

    // A join token holds the authority's certificate too, which is no secret; its own secret stands before that.
    private static string Tail(string token) => token.Trim()[..80];

    private static string KeyBody(string pem) => pem[pem.IndexOf("PRIVATE KEY-----", StringComparison.Ordinal)..].Split('\n')[1];

    private static string Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        file.CopyTo(content);
        return Encoding.Latin1.GetString(content.ToArray());
    }

    private IEnumerable<string> KeyFiles() => Directory
        .EnumerateFiles(directory.FullName, "*", SearchOption.AllDirectories)
        .Where(path => Read(path).Contains("PRIVATE KEY-----", StringComparison.Ordinal));

    // Everything but the files that are there to hold a secret.
    private IEnumerable<string> Written()
    {
        var keys = KeyFiles().ToHashSet(StringComparer.Ordinal);
        string[] secretFiles =
        [
            "admin.yaml", "bob.yaml", "bob2.yaml", "n1.join-token", "n2.token", "passphrase",
            "repository.passphrase", "wrong.passphrase", "repository.key",
        ];
        return Directory.EnumerateFiles(directory.FullName, "*", SearchOption.AllDirectories)
            .Where(path => !keys.Contains(path) && !secretFiles.Contains(Path.GetFileName(path)));
    }

    private string At(params string[] names) => Path.Combine([directory.FullName, .. names]);
}
