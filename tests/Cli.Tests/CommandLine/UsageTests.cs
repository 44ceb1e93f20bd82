using Cairn.Cli.Tests.Scripted;

namespace Cairn.Cli.Tests.CommandLine;

public sealed class UsageTests
{
    // Nothing listens on port 1, and none of these may ask anybody anything.
    private const string Nowhere = "http://127.0.0.1:1";

    [Theory]
    [InlineData("", "a command is missing")]
    [InlineData("backup", "a command is missing")]
    [InlineData("backup frob", "'frob' is not a command of 'cairn backup'")]
    [InlineData("backup show", "the point is missing: its id, a unique beginning of it, or 'latest'")]
    [InlineData("backup show a latest -c b", "two clusters are named: 'a' and 'b'")]
    [InlineData("backup run --full --incremental", "--full and --incremental contradict each other")]
    [InlineData("backup run --wait --no-wait", "--wait and --no-wait contradict each other")]
    [InlineData("backup verify latest --level deep", "--level takes hash, presence or restore, not 'deep'")]
    [InlineData("job list --limit 0", "--limit takes a whole number from 1 to 1000, not '0'")]
    [InlineData("node list -o xml", "--output takes text or json, not 'xml'")]
    public async Task A_wrong_command_line_ends_with_2_and_says_what_is_wrong(string line, string expected)
    {
        var run = await CommandRun.OfAsync(Nowhere, Words(line));

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.StartsWith($"cairn: {expected}\n", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("  code: INVALID_REQUEST\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_lists_every_command_and_the_exitCodes()
    {
        var run = await CommandRun.OfAsync(Nowhere, ["--help"]);

        Assert.Equal(0, run.ExitCode);
        string[] commands =
        [
            "cluster add", "cluster list", "cluster show", "cluster topology", "node list", "node show", "node token",
            "node revoke", "ca backup", "backup run",
            "backup list", "backup show", "backup files", "backup verify", "restore plan", "restore run", "restore undo",
            "restore discard", "job list", "job show", "job watch",
            "user add", "user list", "user remove", "user token", "whoami", "audit list", "audit verify",
        ];
        Assert.All(commands, command => Assert.Contains($"\n  {command} ", run.Output, StringComparison.Ordinal));
        string[] exits = ["0    done", "1    failed", "2    usage", "3    refused", "4    partial", "5    unreachable"];
        Assert.All(exits, exit => Assert.Contains($"\n  {exit}", run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_help_of_a_command_names_its_operands_and_options()
    {
        var run = await CommandRun.OfAsync(Nowhere, ["restore", "run", "--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("cairn restore run [CLUSTER] POINT [OPTIONS]\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("--accept-caveat NAME", run.Output, StringComparison.Ordinal);
        Assert.Contains("--coordinator URL", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_to_an_address_that_is_not_loopback_is_refused_before_anything_is_sent()
    {
        var run = await CommandRun.OfAsync("http://192.0.2.1:7460", ["node", "list"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("  code: NOT_LOOPBACK\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_coordinator_that_does_not_answer_ends_the_command_with_5()
    {
        var run = await CommandRun.OfAsync(Nowhere, ["node", "list"]);

        Assert.Equal(5, run.ExitCode);
        Assert.StartsWith(
            "cairn: the coordinator at http://127.0.0.1:1 cannot be reached: Connection refused\n",
            run.Error, StringComparison.Ordinal);
        Assert.Contains("  code: COORDINATOR_UNREACHABLE\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_command_line_for_scripts_is_a_document_too()
    {
        var run = await CommandRun.OfAsync(Nowhere, ["backup", "show", "-o", "json"]);

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("{ \"error\": { \"code\": \"INVALID_REQUEST\"", run.Error, StringComparison.Ordinal);
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
