using OpenGeminiDouble.Configuration;
using OpenGeminiDouble.Http;

namespace OpenGeminiDouble.Meta;

/// <summary>
/// Finds the meta leader as anybody can: a majority must be alive; the one with the highest index leads, and one without a
/// catalogue only when all are there and none has one.
/// </summary>
internal sealed class Leadership(EngineConfig config)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The votes of those alive.</summary>
    public async Task<IReadOnlyList<Vote>> VotesAsync(CancellationToken cancellationToken)
    {
        var asked = await Task.WhenAll(config.MetaJoin.Select(
            address => Peer.AskAsync(address, "GET", "/double/vote", "", AskTimeout, cancellationToken)));
        return [.. asked.Where(answer => answer is { Status: 200 }).Select(answer => Vote.Parse(answer!.Value.Body))];
    }

    /// <summary>The leader among the votes, or null.</summary>
    public Vote? Winner(IReadOnlyList<Vote> votes)
    {
        if (votes.Count * 2 <= config.MetaJoin.Count)
        {
            return null;
        }

        var able = votes.Any(vote => vote.Filled)
            ? votes.Where(vote => vote.Filled)
            : votes.Count == config.MetaJoin.Count ? votes : [];
        return able.OrderByDescending(vote => vote.Index).ThenByDescending(vote => vote.Ballot)
            .ThenBy(vote => vote.Rpc, StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>The leader's RPC address, or null.</summary>
    public async Task<string?> LeaderAsync(CancellationToken cancellationToken) =>
        Winner(await VotesAsync(cancellationToken))?.Rpc;

    /// <summary>Asks the leader; null when there is none or it does not answer.</summary>
    public async Task<(int Status, string Body)?> AskLeaderAsync(
        string method, string target, string body, CancellationToken cancellationToken)
    {
        var leader = await LeaderAsync(cancellationToken);
        return leader is null
            ? null
            : await Peer.AskAsync(leader, method, target, body, TimeSpan.FromSeconds(10), cancellationToken);
    }

    /// <summary>The catalogue as any living meta tells it.</summary>
    public async Task<Catalogue?> CatalogueAsync(CancellationToken cancellationToken)
    {
        var answer = await AskLeaderAsync("GET", "/getdata", "", cancellationToken);
        return answer is { Status: 200, Body.Length: > 2 } ? Catalogue.Parse(answer.Value.Body) : null;
    }

    /// <summary>Returns when there is a leader that has a catalogue.</summary>
    public async Task WaitForLeaderAsync(CancellationToken cancellationToken)
    {
        while (await CatalogueAsync(cancellationToken) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System, cancellationToken);
        }
    }
}
