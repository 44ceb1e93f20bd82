using System.Text.Json;

namespace Cairn.Agent.Journal;

/// <summary>A task as the journal keeps it.</summary>
/// <param name="Kind">The command's name.</param>
/// <param name="RequestHash">SHA-256 of the command without its epoch and deadline, so that a repeated one is known.</param>
/// <param name="Request">The command as proto JSON; what a restarted agent goes on with.</param>
/// <param name="Status">The task's state as proto JSON.</param>
/// <param name="Ended">When it ended; null while it runs.</param>
internal sealed record TaskRecord(
    string Kind, string RequestHash, JsonElement Request, JsonElement Status, DateTimeOffset? Ended);
