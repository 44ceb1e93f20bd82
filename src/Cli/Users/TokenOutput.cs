using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Users;

/// <summary>
/// Where a new token goes: into a credentials file that only its owner can read, or onto the terminal of a person. Never
/// into a pipe, where it would end in a log.
/// </summary>
internal sealed class TokenOutput
{
    private readonly string? path;

    private TokenOutput(string? path) => this.path = path;

    /// <summary><c>--out FILE</c></summary>
    public static Option<string?> Option() => new("--out")
    {
        Description = "write the credentials into this file (mode 0600) instead of showing the token",
        HelpName = "FILE",
    };

    /// <summary>Makes sure that the token will have somewhere to go, before there is one.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.InvalidRequest"/>: no file was given and nobody is looking; <see cref="ErrorCode.AlreadyExists"/>.
    /// </exception>
    public static TokenOutput Require(Invocation run, string? path)
    {
        if (path is null && !(run.IsText && run.Console.IsTerminal))
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "the token would go into a pipe; nothing was done",
                "give --out FILE, which only its owner will be able to read");
        }

        return path is not null && File.Exists(path)
            ? throw new CairnException(
                ErrorCode.AlreadyExists,
                $"'{path}' is there already; nothing was done",
                "name another file, or move that one away",
                subject: path)
            : new TokenOutput(path);
    }

    /// <summary>Hands the token over.</summary>
    public void Tell(Invocation run, UserToken issued)
    {
        var user = issued.User;
        if (path is null)
        {
            run.Console.Show(new Page()
                .Detail("user", Printable.Line(user.Name))
                .Detail("token", Printable.Line(issued.Token))
                .Gap()
                .Line("The token is not shown again. Keep it in a file that only its owner can read.")
                .ToView());
            return;
        }

        run.Coordinator.WriteCredential(path, user.Name, issued.Token);
        run.Print(user, () => new Page().Line($"the credentials of {Printable.Line(user.Name)} are in {Printable.Line(path)}").ToView());
    }
}
