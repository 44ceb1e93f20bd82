using Cairn.Agent.Tasks;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Tasks;

public sealed class FindingTests
{
    [Fact]
    public void Two_signs_are_told_and_of_more_the_first_and_their_number()
    {
        Assert.Equal("", Finding.Summary([]));
        Assert.Equal("a", Finding.Summary(["a"]));
        Assert.Equal("a; b", Finding.Summary(["a", "b"]));
        Assert.Equal("a, and 3 signs more", Finding.Summary(["a", "b", "c", "d"]));
    }

    [Fact]
    public async Task A_check_carries_all_that_its_finding_sums_up()
    {
        var passed = await Checks.RunAsync("stopped", "n1", () => Task.FromResult(new Finding("it is", ["no process", "no port"])));
        var refused = await Checks.RunAsync("stopped", "n1", Task<Finding> () => throw new CairnException(
            ErrorCode.InstanceRunning, "it runs", "stop it") { Evidence = ["a process", "a port", "a lock"] });

        Assert.True(passed.Passed);
        Assert.Equal(["no process", "no port"], passed.Evidence);
        Assert.False(refused.Passed);
        Assert.Equal(["a process", "a port", "a lock"], refused.Evidence);
    }
}
