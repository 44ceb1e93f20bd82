using System.CommandLine;

namespace Cairn.Agent.Tools;

/// <summary><c>cairn-agent repository …</c>: work on this host's repository without a coordinator.</summary>
internal static class RepositoryCommands
{
    /// <summary>The command with all that is below it.</summary>
    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The configuration file.", Required = true, Recursive = true };
        var command = new Command("repository", "Look after this host's repository, without a coordinator.")
        {
            config,
            ExportCommand.Create(config),
            KeyCommands.Create(config),
        };
        foreach (var each in (Command[])[.. PointCommands.Create(config), .. UpkeepCommands.Create(config)])
        {
            command.Subcommands.Add(each);
        }

        return command;
    }
}
