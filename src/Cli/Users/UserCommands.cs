using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Users;

/// <summary><c>cairn user add|list|remove|token|certificate</c></summary>
internal static class UserCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("user", "people and scripts, and what they may do")
    {
        Add(host),
        List(host),
        Remove(host),
        Token(host),
        Certificate(host),
    };

    private static Command Add(CommandHost host)
    {
        var name = Name();
        var role = Choice.Of(
            "--role", [], "viewer reads; operator runs backups, too; admin does everything", "viewer", "operator", "admin");
        var allJobs = new Option<bool>("--all-jobs")
        {
            Description = "sees also the jobs that others asked for; admins always do",
        };
        var ttl = Ttl("how long the token is good (else for ever)");
        var output = TokenOutput.Option();
        var certificate = new Option<bool>("--certificate")
        {
            Description = "give it a certificate instead of a token; needs --out",
        };
        return host.Command("add", "add a user; its token is told this once", [name, role, allJobs, ttl, output, certificate], async (run, given, token) =>
        {
            var certified = given.GetValue(certificate) ? UserCertificate.Require(given.GetValue(output)) : null;
            var target = certified is null ? TokenOutput.Require(run, given.GetValue(output)) : null;
            var request = new AddUserRequest
            {
                Name = given.GetRequiredValue(name),
                Role = given.GetRequiredValue(role) switch
                {
                    "admin" => UserRole.Admin,
                    "operator" => UserRole.Operator,
                    _ => UserRole.Viewer,
                },
                AllJobs = given.GetValue(allJobs),
                TtlMs = (long)given.GetValue(ttl).TotalMilliseconds,
            };
            var added = await run.Coordinator.AskAsync(
                (client, options) => client.AddUserAsync(request, options), CoordinatorSession.QuestionLimit, token);
            if (certified is not null)
            {
                // Nobody ever sees the token that the user has all the same.
                await certified.IssueAsync(run, added.User.Name, token);
            }

            target?.Tell(run, added);
            return ExitClass.Done;
        });
    }

    private static Command List(CommandHost host) =>
        host.Command("list", "list the users", [], async (run, _, token) =>
        {
            var answer = await run.Coordinator.AskAsync(
                (client, options) => client.ListUsersAsync(new ListUsersRequest(), options),
                CoordinatorSession.QuestionLimit,
                token);
            run.Print(answer, () => UserViews.List(answer.Users));
            return ExitClass.Done;
        });

    private static Command Remove(CommandHost host)
    {
        var name = Name();
        return host.Command("remove", "remove a user; its next call is refused", [name], async (run, given, token) =>
        {
            var removed = await run.Coordinator.AskAsync(
                (client, options) => client.RemoveUserAsync(
                    new RemoveUserRequest { Name = given.GetRequiredValue(name) }, options),
                CoordinatorSession.QuestionLimit,
                token);
            run.Print(removed, () => UserViews.Removed(removed));
            return ExitClass.Done;
        });
    }

    private static Command Token(CommandHost host)
    {
        var name = Name();
        var ttl = Ttl("how long the new token is good (else for ever)");
        var output = TokenOutput.Option();
        return host.Command("token", "give a user a new token; the old one ends at once", [name, ttl, output], async (run, given, token) =>
        {
            var target = TokenOutput.Require(run, given.GetValue(output));
            var request = new RotateUserTokenRequest
            {
                Name = given.GetRequiredValue(name), TtlMs = (long)given.GetValue(ttl).TotalMilliseconds,
            };
            var rotated = await run.Coordinator.AskAsync(
                (client, options) => client.RotateUserTokenAsync(request, options), CoordinatorSession.QuestionLimit, token);
            target.Tell(run, rotated);
            return ExitClass.Done;
        });
    }

    private static Command Certificate(CommandHost host)
    {
        var name = Name();
        var output = TokenOutput.Option();
        return host.Command(
            "certificate",
            "give a user a certificate, the first or the next one; the key is made here and stays here",
            [name, output],
            async (run, given, token) =>
            {
                await UserCertificate.Require(given.GetValue(output)).IssueAsync(run, given.GetRequiredValue(name), token);
                return ExitClass.Done;
            });
    }

    private static Argument<string> Name() => new("name") { Description = "the user's name", HelpName = "NAME" };

    private static Option<TimeSpan> Ttl(string description) => new("--ttl")
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = Duration.Parse,
    };
}
