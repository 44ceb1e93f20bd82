using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>What the ts-metas say about themselves: state and term by HTTP address; a dead one has no state.</summary>
internal sealed record RaftStat(IReadOnlyDictionary<string, RaftState> ByAddress)
{
    /// <summary>The question's path; "witch" is what the server reads.</summary>
    public const string Path = "/debug?witch=raft-stat";

    /// <summary>The addresses of those that say they lead.</summary>
    public IReadOnlyList<string> Leaders => [.. ByAddress.Where(s => s.Value.IsLeader).Select(s => s.Key).Order(StringComparer.Ordinal)];

    /// <summary>Reads an answer.</summary>
    /// <exception cref="CairnException">It is not an answer to this question.</exception>
    public static RaftStat Read(Answer answer)
    {
        using var document = answer.Json();
        var states = document.RootElement.EnumerateObject().ToDictionary(
            entry => entry.Name,
            entry => new RaftState(entry.Value.Text("state"), entry.Value.Text("term")),
            StringComparer.Ordinal);
        return states.Values.Any(s => s.State.Length > 0)
            ? new RaftStat(states)
            : throw answer.Unusable($"does not tell a raft state: {answer.Shown}");
    }
}

/// <summary>One ts-meta's state: "Leader", "Follower", "Candidate"; empty when it could not be asked.</summary>
internal sealed record RaftState(string State, string Term)
{
    /// <summary>It says it leads.</summary>
    public bool IsLeader => State == "Leader";

    /// <summary>It answers and takes part.</summary>
    public bool IsAlive => State is "Leader" or "Follower" or "Candidate";
}
