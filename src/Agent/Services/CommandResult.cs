using System.Globalization;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Services;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code; null when it was ended because its time was over.</param>
/// <param name="Output">The end of what it printed, both streams, at most 2 KiB.</param>
internal sealed record CommandResult(int? ExitCode, string Output)
{
    /// <summary>Throws unless it ended with 0.</summary>
    /// <param name="words">The command.</param>
    /// <param name="instance">Whose command it is.</param>
    /// <param name="limit">How long it was given.</param>
    /// <param name="wayOut">What to do about it.</param>
    /// <exception cref="CairnException"><see cref="ErrorCode.CommandFailed"/>.</exception>
    public void RequireSuccess(IReadOnlyList<string> words, string instance, TimeSpan limit, string wayOut)
    {
        if (ExitCode == 0)
        {
            return;
        }

        var how = ExitCode is { } code
            ? string.Create(CultureInfo.InvariantCulture, $"ended with {code}")
            : string.Create(CultureInfo.InvariantCulture, $"did not end within {limit.TotalSeconds:0} s and was killed");
        throw new CairnException(
            ErrorCode.CommandFailed,
            $"'{string.Join(' ', words)}' of instance {instance} {how}{(Output.Length > 0 ? $": {Output}" : "")}",
            wayOut,
            subject: instance);
    }
}
