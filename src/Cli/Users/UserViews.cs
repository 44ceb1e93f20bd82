using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Users;

/// <summary>What <c>cairn user</c> and <c>cairn whoami</c> print.</summary>
internal static class UserViews
{
    /// <summary>One row per user.</summary>
    public static IRenderable List(IReadOnlyCollection<User> users)
    {
        var table = new PlainTable()
            .Text("user").Text("role").Text("sees jobs of").Text("created").Text("by").Text("expires");
        foreach (var user in users)
        {
            table.Row(
                Printable.Line(user.Name),
                Role(user.Role),
                user.AllJobs ? "everybody" : "itself",
                TimeText.Moment(user.Created),
                Printable.OrDash(user.CreatedBy),
                user.Expires is null ? "never" : TimeText.Moment(user.Expires));
        }

        return table.ToView();
    }

    /// <summary>That a user is gone.</summary>
    public static IRenderable Removed(User user) =>
        new Page().Line($"{Printable.Line(user.Name)} is removed; its next call is refused").ToView();

    /// <summary>As whom the caller is known.</summary>
    public static IRenderable WhoAmI(WhoAmIResponse answer)
    {
        var page = new Page()
            .Detail(Printable.Line(answer.Kind), Printable.OrDash(answer.Name))
            .Detail("from", Printable.OrDash(answer.Address));
        if (answer.User is { } user)
        {
            page.Detail("role", Role(user.Role))
                .Detail("sees jobs of", user.AllJobs ? "everybody" : "itself")
                .Detail("expires", user.Expires is null ? "never" : TimeText.Moment(user.Expires));
        }

        return page.ToView();
    }

    private static string Role(UserRole role) => role switch
    {
        UserRole.Viewer => "viewer",
        UserRole.Operator => "operator",
        UserRole.Admin => "admin",
        _ => "unknown",
    };
}
