using System.Text.Json;
using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Tests.Scripted;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Tests.Failures;

public sealed class FailureViewTests
{
    [Fact]
    public void A_failure_says_what_was_found_the_way_out_and_the_code()
    {
        var lines = FailureView.Lines(Samples.Running());

        Assert.Equal(
        [
            "cairn: n2: process 4711 has '/data/n2/meta/raft.db' open, so its data cannot be replaced",
            "  way out: stop the instance, or give the restore another directory",
            "  code: INSTANCE_RUNNING",
        ],
            lines);
    }

    [Fact]
    public void The_node_is_named_when_the_sentence_does_not_begin_with_it()
    {
        var error = new ErrorDetail { Node = "n3", Message = "no answer within 10 s", Code = "AGENT_UNREACHABLE" };

        Assert.Equal("n3: no answer within 10 s", FailureView.Sentence(error));
    }

    [Fact]
    public void The_node_is_not_named_twice()
    {
        Assert.Equal("n3: the agent is gone", FailureView.OnNode("n3", "n3: the agent is gone"));
        Assert.Equal("n3: n30: is away", FailureView.OnNode("n3", "n30: is away"));
        Assert.Equal("all are there", FailureView.OnNode("", "all are there"));
    }

    [Theory]
    [MemberData(nameof(AllCodes))]
    public void Every_code_ends_the_process_as_the_table_says(string wireName)
    {
        var exit = FailureView.ExitOf(new ErrorDetail { Code = wireName });

        Assert.Equal(ErrorCodes.Parse(wireName).ExitClass(), exit);
        Assert.NotEqual(ExitClass.Done, exit);
    }

    [Fact]
    public void A_code_of_a_newer_version_is_shown_as_it_is_and_counts_as_failed()
    {
        var error = new ErrorDetail { Code = "NEVER_HEARD", Message = "m" };

        Assert.Contains("  code: NEVER_HEARD", FailureView.Lines(error));
        Assert.Equal(ExitClass.Failed, FailureView.ExitOf(error));
    }

    [Fact]
    public void For_scripts_a_failure_is_one_document_with_the_exitCode()
    {
        using var document = JsonDocument.Parse(JsonDocuments.Failure(Samples.Running(), exitCode: 3));

        var error = document.RootElement.GetProperty("error");
        Assert.Equal("INSTANCE_RUNNING", error.GetProperty("code").GetString());
        Assert.Equal("n2", error.GetProperty("node").GetString());
        Assert.Equal(3, document.RootElement.GetProperty("exitCode").GetInt32());
    }

    public static TheoryData<string> AllCodes() => [.. Enum.GetValues<ErrorCode>().Select(code => code.WireName())];
}
