using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;

namespace Cairn.Cli.Restores;

/// <summary>Asks before live data are replaced or old data removed: the person types the cluster's name.</summary>
internal static class Confirmation
{
    /// <summary>Returns when the person confirmed.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.InvalidRequest"/> when something else was typed, or when there is nobody to ask.
    /// </exception>
    public static async Task RequireAsync(
        CliConsole console, string what, string cluster, CancellationToken cancellationToken)
    {
        if (!console.CanAsk)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"{what} needs to be confirmed, and there is no terminal to ask on; nothing was touched",
                "give --yes");
        }

        var answer = await console.AskAsync(
            $"\n{what}. Type the cluster's name ({Printable.Line(cluster)}) to go on: ", cancellationToken);
        if (answer?.Trim() != cluster)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "that is not the cluster's name; nothing was touched",
                $"type {cluster}, or give --yes");
        }
    }
}
