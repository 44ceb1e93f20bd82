using System.Globalization;
using OpenGeminiDouble.Http;

namespace OpenGeminiDouble.Store;

/// <summary>The conversation of a replica group's copies, and of ts-sql with its master.</summary>
internal sealed class RaftEndpoints(StoredPartition partition)
{
    private static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(2);

    private RaftLog Log => partition.Log!;

    public async Task<HttpReply> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        switch (request.Path)
        {
            case "/double/raft/state":
                lock (partition.Gate)
                {
                    return HttpReply.Text(string.Create(CultureInfo.InvariantCulture, $"{Log.Last} {Log.Commit}"));
                }

            case "/double/raft/append":
                lock (partition.Gate)
                {
                    var needed = Log.Append(Number(request, "index"), Number(request, "term"), request.Body);
                    return HttpReply.Text(needed.ToString(CultureInfo.InvariantCulture));
                }

            case "/double/raft/commit":
                Commit(Number(request, "commit"));
                return HttpReply.Empty();
            case "/double/raft/lead":
                return await LeadAsync(Peers(request), cancellationToken) ? HttpReply.Empty() : HttpReply.Empty(503);
            case "/double/raft/write":
                return await WriteAsync(request, cancellationToken) ? HttpReply.Empty(204) : HttpReply.Empty(503);
            default:
                return HttpReply.Empty(404);
        }
    }

    private static long Number(HttpRequest request, string name) => long.Parse(request.Arg(name), CultureInfo.InvariantCulture);

    private static List<(string Address, int Partition)> Peers(HttpRequest request) =>
        [.. request.Arg("peers").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(peer => peer.Split('/'))
            .Select(parts => (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture)))];

    /// <summary>A new master: brings the others up to its own last entry, and what a majority then has is committed.</summary>
    private async Task<bool> LeadAsync(List<(string Address, int Partition)> peers, CancellationToken cancellationToken)
    {
        await partition.Master.WaitAsync(cancellationToken);
        try
        {
            long last;
            lock (partition.Gate)
            {
                Log.NextTerm();
                last = Log.Last;
            }

            return last == 0 || await ReplicateAsync(peers, last, cancellationToken);
        }
        finally
        {
            partition.Master.Release();
        }
    }

    private async Task<bool> WriteAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        await partition.Master.WaitAsync(cancellationToken);
        try
        {
            long index;
            lock (partition.Gate)
            {
                index = Log.Last + 1;
                Log.Append(index, Log.Term, RaftLog.Encode(request.Arg("places"), request.BodyText));
            }

            return await ReplicateAsync(Peers(request), index, cancellationToken);
        }
        finally
        {
            partition.Master.Release();
        }
    }

    /// <summary>Sends entries up to <paramref name="last"/>; committed, and applied, when a majority has them.</summary>
    private async Task<bool> ReplicateAsync(
        List<(string Address, int Partition)> peers, long last, CancellationToken cancellationToken)
    {
        var taken = await Task.WhenAll(peers.Select(peer => CatchUpAsync(peer, last, cancellationToken)));
        if ((taken.Count(ok => ok) + 1) * 2 <= peers.Count + 1)
        {
            return false;
        }

        Commit(last);
        await Task.WhenAll(peers.Select(peer => Peer.AskAsync(
            peer.Address, "POST", $"/double/raft/commit?db={partition.Database}&pt={peer.Partition}&commit={last}", "", PeerTimeout, cancellationToken)));
        return true;
    }

    private async Task<bool> CatchUpAsync((string Address, int Partition) peer, long last, CancellationToken cancellationToken)
    {
        for (var next = last; ;)
        {
            byte[] payload;
            long term;
            lock (partition.Gate)
            {
                if (!Log.Has(next))
                {
                    return false;
                }

                payload = Log.Payload(next);
                term = Log.TermOf(next);
            }

            var answer = await Peer.AskAsync(
                peer.Address,
                "POST",
                $"/double/raft/append?db={partition.Database}&pt={peer.Partition}&index={next}&term={term}",
                payload,
                PeerTimeout,
                cancellationToken);
            if (answer is not { Status: 200 })
            {
                return false;
            }

            var needed = long.Parse(answer.Value.Body, CultureInfo.InvariantCulture);
            if (needed == 0 && next == last)
            {
                return true;
            }

            next = needed == 0 ? next + 1 : needed;
        }
    }

    private void Commit(long commit)
    {
        lock (partition.Gate)
        {
            var before = Log.Commit;
            Log.SetCommit(commit);
            partition.Apply(before + 1, Log.Commit);
        }
    }
}
