using System.Text;
using Cairn.Shared.Security;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.Security.Secrets;

/// <summary>Plants a secret of each kind in a running system, and searches everything that it writes and shows.</summary>
public sealed class PlantedSecretsTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cairn-secrets-");

    [Fact]
    public async Task No_secret_reaches_an_output_an_error_a_log_the_catalog_a_journal_or_a_process_list()
    {
        var config = Fixtures.Configuration("single", At("database"));
        Directory.CreateDirectory(At("database", "single"));
        await using var system = new CairnSystem(At("cairn"), "c1", "opengemini");
        await system.StartAsync([new AgentSetup("n1", "opengemini", config, [At("database", "single")])], CancellationToken.None);
        var seen = new StringBuilder();
        var passphrase = "correct horse battery staple 4711";
        SecretFiles.Publish(At("passphrase"), passphrase + "\n");

        await RunAsync(system, seen, "user", "add", "bob", "--role", "operator", "--out", At("bob.yaml"));
        await RunAsync(system, seen, "user", "token", "bob", "--out", At("bob2.yaml"));
        await RunAsync(system, seen, "node", "token", "n2", "--out", At("n2.token"));
        await RunAsync(system, seen, "ca", "backup", At("ca.sealed"), "--passphrase-file", At("passphrase"));

        // What is refused and what is malformed must not be told either.
        await RunAsync(system, seen, "whoami");
        await RunAsync(system, seen, "user", "add", "bob", "--out", At("bob3.yaml"));
        await RunAsync(system, seen, "audit", "list");
        await RunAsync(system, seen, "job", "list");
        seen.Append(system.Output()).Append(ProcessList());

        // Their files are locked while the daemons run.
        await system.DisposeAsync();

        var secrets = new Dictionary<string, string>
        {
            ["the admin's token"] = Secret(TokenIn(system.Credentials)),
            ["a user's token that was replaced"] = Secret(TokenIn(At("bob.yaml"))),
            ["a user's token"] = Secret(TokenIn(At("bob2.yaml"))),
            ["a join token that was used"] = Tail(await File.ReadAllTextAsync(At("cairn", "n1.join-token"))),
            ["a join token that is open"] = Tail(await File.ReadAllTextAsync(At("n2.token"))),
            ["the passphrase"] = passphrase,
        };
        foreach (var key in KeyFiles())
        {
            secrets[$"the key in {key}"] = KeyBody(Read(key));
        }

        Assert.True(secrets.Count >= 8, string.Join(", ", secrets.Keys));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret.Value, seen.ToString(), StringComparison.Ordinal));
        var written = Written().ToList();
        Assert.Contains(written, path => path.EndsWith("catalog.db", StringComparison.Ordinal));
        Assert.Contains(written, path => path.Contains("/audit/", StringComparison.Ordinal));
        foreach (var path in written)
        {
            var content = Read(path);
            Assert.All(secrets, secret => Assert.False(content.Contains(secret.Value, StringComparison.Ordinal), $"{secret.Key} is in {path}"));
        }
    }

    public void Dispose() => directory.Delete(recursive: true);

    private static async Task RunAsync(CairnSystem system, StringBuilder seen, params string[] words)
    {
        var result = await system.CliTextAsync(words, CancellationToken.None);
        seen.Append(result.Output).Append(result.Error);
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

    private static string Secret(string token) => token.Split('.')[^1];

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
        string[] secretFiles = ["admin.yaml", "bob.yaml", "bob2.yaml", "n1.join-token", "n2.token", "passphrase"];
        return Directory.EnumerateFiles(directory.FullName, "*", SearchOption.AllDirectories)
            .Where(path => !keys.Contains(path) && !secretFiles.Contains(Path.GetFileName(path)));
    }

    private string At(params string[] names) => Path.Combine([directory.FullName, .. names]);
}
