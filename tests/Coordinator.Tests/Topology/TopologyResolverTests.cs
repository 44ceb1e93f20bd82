using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Topology;

public sealed class TopologyResolverTests
{
    [Fact]
    public void A_healthy_cluster_has_no_problems_and_a_leader_on_its_node()
    {
        var topology = Views.Resolve(Views.Healthy());

        Assert.Empty(topology.Problems);
        Assert.Equal("n1", topology.Leaders["meta"].Node);
        Assert.Equal(9, topology.Members.Count);
        Assert.Equal(["0", "1", "2"], topology.Partitions.Select(place => place.PartitionId));
        Assert.Equal(["meta"], topology.ToRecord().Single(node => node.Node == "n1").Instances[0].Leads);
    }

    [Fact]
    public void A_dead_member_is_named_with_its_address_and_node()
    {
        var sightings = Views.Healthy();
        sightings.Change("store", "127.0.0.3:8400", member => member.Alive = false);

        var problem = Assert.Single(Views.Resolve(sightings).Problems);

        Assert.Equal((ErrorCode.MemberDead, "n3", "127.0.0.3:8400"), (problem.Code, problem.Node, problem.Subject));
    }

    [Fact]
    public void A_member_that_one_view_only_calls_dead_is_dead()
    {
        var sightings = Views.Healthy();
        sightings.Take(1).Change("store", "127.0.0.2:8400", member => member.Alive = false);

        Assert.Equal(ErrorCode.MemberDead, Assert.Single(Views.Resolve(sightings).Problems).Code);
    }

    [Fact]
    public void A_dead_member_is_graver_than_its_instance_that_does_not_run()
    {
        var sightings = Views.Healthy();
        sightings.Change("store", "127.0.0.3:8400", member => member.Alive = false);
        sightings[2].Instance().RunState = RunState.Stopped;
        sightings[2].Instance().View = null;

        Assert.Equal(
            [ErrorCode.MemberDead, ErrorCode.InstanceNotRunning],
            Views.Resolve(sightings).Problems.Select(problem => problem.Code));
    }

    [Fact]
    public void Without_a_leader_the_role_is_named()
    {
        var sightings = Views.Healthy();
        sightings.Change("meta", "127.0.0.1:8091", member => member.Leader = false);

        var problem = Assert.Single(Views.Resolve(sightings).Problems);

        Assert.Equal((ErrorCode.NoLeader, "meta"), (problem.Code, problem.Subject));
    }

    [Fact]
    public void Two_views_that_name_two_leaders_are_no_leader()
    {
        var sightings = Views.Healthy();
        sightings.Take(1).Change("meta", "127.0.0.1:8091", member => member.Leader = false);
        sightings.Take(1).Change("meta", "127.0.0.2:8091", member => member.Leader = true);

        var topology = Views.Resolve(sightings);

        Assert.Equal(ErrorCode.NoLeader, Assert.Single(topology.Problems).Code);
        Assert.Empty(topology.Leaders);
    }

    [Fact]
    public void A_member_that_no_agent_reports_is_a_conflict()
    {
        var sightings = Views.Healthy();
        foreach (var sighting in sightings)
        {
            sighting.Instance().View.Members.Add(
                new ClusterMember { Role = "store", Address = "127.0.0.4:8400", Alive = true, Source = "SHOW" });
        }

        var problem = Assert.Single(Views.Resolve(sightings).Problems);

        Assert.Equal((ErrorCode.TopologyConflict, "127.0.0.4:8400"), (problem.Code, problem.Subject));
    }

    [Fact]
    public void An_instance_that_may_not_be_asked_is_graver_than_the_conflict_that_it_leaves()
    {
        var sightings = Views.Healthy();
        sightings.Take(1).Change("store", "127.0.0.2:8400", member => member.Address = "127.0.0.4:8400");
        sightings[1].Instance().View = null;
        sightings[1].Instance().ViewError = new CairnException(ErrorCode.PermissionMissing, "the password is wrong", "mend the password file").ToDetail();

        Assert.Equal(ErrorCode.PermissionMissing, Views.Resolve(sightings).Problems[0].Code);
        Assert.Contains(Views.Resolve(sightings).Problems, problem => problem.Code == ErrorCode.TopologyConflict);
    }

    [Fact]
    public void An_instance_that_the_databases_do_not_know_is_a_conflict()
    {
        var sightings = Views.Healthy();
        sightings[1].Instance().Addresses.Single(address => address.Role == "sql").Address = "127.0.0.2:9999";

        var problems = Views.Resolve(sightings).Problems;

        Assert.All(problems, problem => Assert.Equal(ErrorCode.TopologyConflict, problem.Code));
        Assert.Contains(problems, problem => problem.Subject == "127.0.0.2:9999" && problem.Node == "n2");
        Assert.Contains(problems, problem => problem.Subject == "127.0.0.2:8086");
    }

    [Fact]
    public void A_role_that_no_view_speaks_of_is_not_missed()
    {
        var sightings = Views.Healthy();
        foreach (var sighting in sightings)
        {
            var members = sighting.Instance().View.Members;
            foreach (var sql in members.Where(member => member.Role == "sql").ToList())
            {
                members.Remove(sql);
            }
        }

        Assert.Empty(Views.Resolve(sightings).Problems);
    }

    [Fact]
    public void Nodes_of_two_database_clusters_are_a_conflict()
    {
        var sightings = Views.Healthy();
        sightings[2].Instance().View.DatabaseClusterId = "another";

        Assert.Equal(ErrorCode.TopologyConflict, Assert.Single(Views.Resolve(sightings).Problems).Code);
    }

    [Fact]
    public void A_partition_that_two_views_place_on_two_members_is_a_conflict()
    {
        var sightings = Views.Healthy();
        sightings[2].Instance().View.Partitions[0].OwnerAddress = "127.0.0.3:8400";

        var problem = Assert.Single(Views.Resolve(sightings).Problems);

        Assert.Equal((ErrorCode.TopologyConflict, "0"), (problem.Code, problem.Subject));
    }

    [Fact]
    public void The_copies_of_a_replicated_partition_are_all_kept()
    {
        var sightings = Views.Healthy();
        foreach (var sighting in sightings)
        {
            var places = sighting.Instance().View.Partitions;
            places.Clear();
            for (var host = 1; host <= 3; host++)
            {
                places.Add(new PartitionPlacement
                {
                    Object = "rep",
                    PartitionId = "7",
                    Role = "store",
                    OwnerAddress = $"127.0.0.{host}:8400",
                    ReplicaGroup = "0",
                    ReplicaLeader = host == 2,
                });
            }
        }

        var topology = Views.Resolve(sightings);

        Assert.Empty(topology.Problems);
        Assert.Equal(3, topology.Partitions.Count);
        Assert.Equal("127.0.0.2:8400", topology.Partitions.Single(place => place.ReplicaLeader).OwnerAddress);
    }

    [Fact]
    public void Something_in_progress_is_unsettled()
    {
        var sightings = Views.Healthy();
        sightings[0].Instance().View.Unsettled.Add("partition 2 of 'iot' moves to 127.0.0.1:8400");

        var problem = Assert.Single(Views.Resolve(sightings).Problems);

        Assert.Equal(ErrorCode.Unsettled, problem.Code);
        Assert.Contains("partition 2", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_did_not_answer_is_the_only_problem_that_its_absence_makes()
    {
        var sightings = Views.Healthy();
        sightings[2] = new NodeSighting("n3", Description: null, new AgentUnreachableException("n3"), TimeSpan.Zero);

        var problem = Assert.Single(Views.Resolve(sightings).Problems);

        Assert.Equal((ErrorCode.AgentUnreachable, "n3"), (problem.Code, problem.Node));
    }

    [Fact]
    public void A_node_without_an_instance_of_the_engine_is_a_conflict()
    {
        var sightings = Views.Healthy();
        sightings[1].Instance().Engine = "otherdb";

        Assert.Contains(
            Views.Resolve(sightings).Problems,
            problem => problem.Code == ErrorCode.TopologyConflict && problem.Node == "n2");
    }

    [Fact]
    public void Agents_that_declare_other_steps_are_a_conflict()
    {
        var sightings = Views.Healthy();
        sightings[1].Instance().CaptureSteps.RemoveAt(0);

        var problem = Assert.Single(Views.Resolve(sightings).Problems);

        Assert.Equal((ErrorCode.TopologyConflict, "n2"), (problem.Code, problem.Node));
    }

    [Fact]
    public void Two_instances_with_one_address_are_a_conflict()
    {
        var sightings = Views.Healthy();
        sightings[1].Instance().Addresses.Single(address => address.Role == "store").Address = "127.0.0.1:8400";

        Assert.Contains(
            Views.Resolve(sightings).Problems,
            problem => problem.Message.Contains("both say", StringComparison.Ordinal));
    }

    [Fact]
    public void A_database_that_could_not_be_asked_keeps_its_own_error()
    {
        var sightings = Views.Healthy();
        sightings[1].Instance().View = null;
        sightings[1].Instance().ViewError = new ErrorDetail
        {
            Code = "ENGINE_ANSWER", Message = "127.0.0.2:8091 answered nonsense", WayOut = "look at it",
        };

        var problem = Assert.Single(Views.Resolve(sightings).Problems);

        Assert.Equal((ErrorCode.EngineAnswer, "n2", "db"), (problem.Code, problem.Node, problem.Subject));
    }

    [Fact]
    public void Without_asking_the_databases_no_leader_is_missed()
    {
        var sightings = Views.Healthy();
        foreach (var sighting in sightings)
        {
            sighting.Instance().View = null;
            sighting.Instance().RunState = RunState.Stopped;
        }

        Assert.Empty(TopologyResolver.Resolve(Views.Cluster, sightings, askedDatabases: false).Problems);
    }

    [Fact]
    public void The_fingerprint_does_not_depend_on_who_tells_first_or_on_the_order_of_members()
    {
        var sightings = Views.Healthy();
        var reversed = Views.Healthy();
        var members = reversed[0].Instance().View.Members;
        var backwards = members.Reverse().ToList();
        members.Clear();
        members.Add(backwards);

        Assert.Equal(Views.Resolve(sightings).Fingerprint, Views.Resolve(reversed).Fingerprint);
    }

    [Fact]
    public void An_election_changes_the_fingerprint_but_not_the_placement()
    {
        var moved = Views.Healthy();
        moved.Change("meta", "127.0.0.1:8091", member => member.Leader = false);
        moved.Change("meta", "127.0.0.2:8091", member => member.Leader = true);

        var before = Views.Resolve(Views.Healthy());
        var after = Views.Resolve(moved);

        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
        Assert.Equal(before.Placement, after.Placement);
    }

    [Fact]
    public void A_partition_that_moves_changes_fingerprint_and_placement()
    {
        var moved = Views.Healthy();
        foreach (var sighting in moved)
        {
            sighting.Instance().View.Partitions[0].OwnerAddress = "127.0.0.3:8400";
        }

        var before = Views.Resolve(Views.Healthy());
        var after = Views.Resolve(moved);

        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
        Assert.NotEqual(before.Placement, after.Placement);
    }
}
