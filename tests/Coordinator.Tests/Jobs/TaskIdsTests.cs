using Cairn.Coordinator.Jobs;
using Cairn.Shared.Identifiers;

namespace Cairn.Coordinator.Tests.Jobs;

public sealed class TaskIdsTests
{
    private static readonly JobId Job = JobId.Parse("01a1fc61-7904-7238-81f7-d220a8814d46");

    [Fact]
    public void The_same_name_gives_the_same_id_in_every_version()
    {
        var id = TaskIds.Of(Job, "n1", new TaskName("capture", "logs", 2), repeat: 0);

        // Written down: a coordinator that is updated while a job runs must find its tasks again.
        Assert.Equal("6f7107cf-85ba-81d5-b1e2-59df1ad29dd9", id.ToString());
    }

    [Fact]
    public void Ids_are_uuids_of_version_8()
    {
        var text = TaskIds.Of(Job, "n1", new TaskName("copy"), repeat: 0).ToString();

        Assert.Equal('8', text[14]);
        Assert.Contains(text[19], "89ab");
    }

    [Fact]
    public void Every_part_of_the_name_makes_another_id()
    {
        var ids = new[]
        {
            TaskIds.Of(Job, "n1", new TaskName("copy"), repeat: 0),
            TaskIds.Of(Job, "n2", new TaskName("copy"), repeat: 0),
            TaskIds.Of(Job, "n1", new TaskName("stage"), repeat: 0),
            TaskIds.Of(Job, "n1", new TaskName("copy", "x"), repeat: 0),
            TaskIds.Of(Job, "n1", new TaskName("copy", Attempt: 2), repeat: 0),
            TaskIds.Of(Job, "n1", new TaskName("copy"), repeat: 1),
            TaskIds.Of(Job, "n1c", new TaskName("opy"), repeat: 0),
            TaskIds.Of(new JobId(Guid.Empty), "n1", new TaskName("copy"), repeat: 0),
        };

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }
}
