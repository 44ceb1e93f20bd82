using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;
using Google.Protobuf.Reflection;
using Grpc.Health.V1;

namespace Cairn.Security.Access;

public sealed class AccessTableTests
{
    private static readonly Caller Nobody = Caller.Nobody("10.0.0.1");
    private static readonly Caller Coordinator = new(CallerKind.Coordinator, "c", Role: null, "10.0.0.1", Refusal: null);
    private static readonly Caller Node = new(CallerKind.Node, "n1", Role: null, "10.0.0.1", Refusal: null);
    private static readonly Caller Viewer = User(Role.Viewer);
    private static readonly Caller Operator = User(Role.Operator);
    private static readonly Caller Admin = User(Role.Admin);

    private static IEnumerable<FileDescriptor> Contracts =>
        [AgentReflection.Descriptor, CoordinatorReflection.Descriptor, IdentityReflection.Descriptor, HealthReflection.Descriptor];

    [Fact]
    public void Every_method_of_every_service_stands_in_the_table()
    {
        var missing = Contracts.SelectMany(MethodsOf).Where(method => AccessTable.Find(method) is null);

        Assert.Empty(missing);
    }

    [Fact]
    public void A_method_that_is_not_in_the_table_is_refused_to_everybody()
    {
        Assert.All(
            [Nobody, Coordinator, Node, Viewer, Operator, Admin],
            caller => Assert.NotNull(AccessRules.Refusal("/cairn.v1.Coordinator/New", row: null, caller, request: null)));
    }

    [Fact]
    public void Without_a_credential_only_health_answers()
    {
        var open = AccessTable.Methods.Where(method => Allows(method, Nobody)).Order(StringComparer.Ordinal);

        // Enrolment is let in because its token, which the method looks at, is its credential.
        Assert.Equal(
            ["/cairn.v1.Identity/Enrol", "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List", "/grpc.health.v1.Health/Watch"],
            open);
    }

    [Fact]
    public void An_agent_s_methods_are_for_its_coordinator_alone()
    {
        var methods = MethodsOf(AgentReflection.Descriptor).ToList();

        Assert.All(methods, method => Assert.True(Allows(method, Coordinator), method));
        Assert.All(methods, method => Assert.All([Nobody, Node, Viewer, Operator, Admin], caller => Assert.False(Allows(method, caller), method)));
        Assert.Equal(
            ErrorCode.NotMyCoordinator,
            AccessRules.Refusal(methods[0], AccessTable.Find(methods[0]), Node, new DescribeRequest())!.Code);
    }

    [Theory]
    [InlineData("ListBackups", Role.Viewer)]
    [InlineData("RunBackup", Role.Operator)]
    [InlineData("VerifyBackup", Role.Operator)]
    [InlineData("RunRestore", Role.Admin)]
    [InlineData("UndoRestore", Role.Admin)]
    [InlineData("DiscardRestore", Role.Admin)]
    [InlineData("AddUser", Role.Admin)]
    [InlineData("AddCluster", Role.Admin)]
    [InlineData("ListAudit", Role.Admin)]
    public void A_role_may_do_what_it_is_for_and_what_those_below_it_may(string call, Role least)
    {
        var method = $"/cairn.v1.Coordinator/{call}";

        Assert.All([Role.Viewer, Role.Operator, Role.Admin], role => Assert.Equal(role >= least, Allows(method, User(role))));
        Assert.All([Nobody, Node, Coordinator], caller => Assert.False(Allows(method, caller)));
    }

    [Fact]
    public void A_viewer_who_restores_is_refused_with_its_code_and_the_role_it_takes()
    {
        var refusal = AccessRules.Refusal(
            "/cairn.v1.Coordinator/RunRestore", AccessTable.Find("/cairn.v1.Coordinator/RunRestore"), Viewer, new RestoreRequest());

        Assert.Equal(ErrorCode.NotAllowed, refusal!.Code);
        Assert.Contains("admin", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n1", true)]
    [InlineData("n2", false)]
    [InlineData("", false)]
    [InlineData("N1", false)]
    public void An_agent_speaks_for_its_own_node_alone(string named, bool allowed)
    {
        var request = new HeartbeatRequest { Node = named };

        var refusal = AccessRules.Refusal(
            "/cairn.v1.Coordinator/Heartbeat", AccessTable.Find("/cairn.v1.Coordinator/Heartbeat"), Node, request);

        Assert.Equal(allowed ? null : ErrorCode.WrongNode, refusal?.Code);
    }

    [Fact]
    public void A_certificate_that_was_not_accepted_is_refused_under_its_own_code()
    {
        var caller = Caller.Refused("10.0.0.1", new CallerRefusal(ErrorCode.CertificateExpired, "it ended", "renew it"));

        var refusal = AccessRules.Refusal(
            "/cairn.v1.Coordinator/ListNodes", AccessTable.Find("/cairn.v1.Coordinator/ListNodes"), caller, new ListNodesRequest());

        Assert.Equal(ErrorCode.CertificateExpired, refusal!.Code);
    }

    [Fact]
    public void A_user_whose_role_nobody_knows_may_nothing()
    {
        var caller = new Caller(CallerKind.User, "ghost", Role: null, "10.0.0.1", Refusal: null);

        Assert.False(Allows("/cairn.v1.Coordinator/ListNodes", caller));
    }

    private static bool Allows(string method, Caller caller) =>
        AccessRules.Refusal(method, AccessTable.Find(method), caller, new HeartbeatRequest { Node = caller.Name }) is null;

    private static Caller User(Role role) => new(CallerKind.User, "u", role, "10.0.0.1", Refusal: null);

    private static IEnumerable<string> MethodsOf(FileDescriptor contract) => contract.Services
        .SelectMany(service => service.Methods.Select(method => $"/{service.FullName}/{method.Name}"));
}
