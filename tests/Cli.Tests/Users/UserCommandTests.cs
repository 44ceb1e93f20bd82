using Cairn.Cli.Tests.Scripted;
using Cairn.V1;

namespace Cairn.Cli.Tests.Users;

public sealed class UserCommandTests : IAsyncLifetime
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cairn-user-commands-");
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    private string Out => Path.Combine(directory.FullName, "bob.yaml");

    public async Task InitializeAsync() => server = await CoordinatorServer.StartAsync(script);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_new_user_s_token_goes_into_a_file_that_only_its_owner_can_read_and_nowhere_else()
    {
        var run = await RunAsync("user", "add", "bob", "--role", "operator", "--ttl", "90d", "--all-jobs", "--out", Out);

        Assert.Equal(0, run.ExitCode);
        var asked = script.Asked<AddUserRequest>();
        Assert.Equal(
            ("bob", UserRole.Operator, true, 90L * 24 * 3600 * 1000), (asked.Name, asked.Role, asked.AllJobs, asked.TtlMs));
        Assert.Contains(script.Token, await File.ReadAllTextAsync(Out), StringComparison.Ordinal);
#pragma warning disable CA1416 // Linux only, as all of Cairn.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Out));
#pragma warning restore CA1416
        Assert.DoesNotContain(script.Token, run.Output + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", "add", "bob")]
    [InlineData("user", "token", "bob")]
    [InlineData("user", "token", "bob", "-o", "json")]
    public async Task A_token_never_goes_into_a_pipe(params string[] words)
    {
        var run = await RunAsync(words);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--out FILE", run.Error, StringComparison.Ordinal);
        Assert.Empty(script.Requests);
    }

    [Fact]
    public async Task On_a_terminal_a_new_token_is_shown_once()
    {
        var run = await CommandRun.OfAsync(server.Url, ["user", "token", "bob", "--ttl", "1h"], typed: "");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3_600_000, script.Asked<RotateUserTokenRequest>().TtlMs);
        Assert.Contains(script.Token, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_written_over()
    {
        await File.WriteAllLinesAsync(Out, ["mine"]);

        var run = await RunAsync("user", "add", "bob", "--out", Out);

        Assert.Equal(3, run.ExitCode);
        Assert.Empty(script.Requests);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Out));
    }

    [Fact]
    public async Task A_time_that_is_none_is_refused_as_usage()
    {
        var run = await RunAsync("user", "add", "bob", "--ttl", "soon", "--out", Out);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("is not a time", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_are_listed_and_removed_by_name()
    {
        script.Users.Add(new User { Name = "bob", Role = UserRole.Viewer, CreatedBy = "admin" });

        var list = await RunAsync("user", "list");
        var removed = await RunAsync("user", "remove", "bob");

        Assert.Contains("viewer", list.OutputLines[1], StringComparison.Ordinal);
        Assert.Equal("bob is removed; its next call is refused\n", removed.Output);
    }

    [Fact]
    public async Task Whoami_tells_name_role_and_address()
    {
        script.Me = new WhoAmIResponse
        {
            Kind = "user", Name = "bob", Address = "10.0.0.9", User = new User { Name = "bob", Role = UserRole.Operator },
        };

        var run = await RunAsync("whoami");

        Assert.Equal(
            ["user          bob", "from          10.0.0.9", "role          operator", "sees jobs of  itself", "expires       never"],
            run.OutputLines);
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync(server.Url, words);
}
