using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Coordinator.Jobs;

/// <summary>All jobs for those who ask: the running ones from memory, the ended ones from the catalog.</summary>
internal sealed class JobBoard(CoordinatorCatalog catalog, TimeProvider time)
{
    /// <summary>At most this many states of one job are told to one watcher in a second, but its end at once.</summary>
    private const int StatesPerSecond = 10;

    /// <summary>Ids shorter than this match too easily by accident.</summary>
    private const int ShortestPrefix = 4;

    private readonly ConcurrentDictionary<JobId, LiveJob> live = new();

    /// <summary>
    /// Shows a job as running until <see cref="Remove"/>; a job that is resumed as soon as its end was told takes the place of what ended.
    /// </summary>
    public LiveJob Add(JobRecord job) =>
        live[job.Id] = new LiveJob(JobMessages.Of(job, catalog.Jobs.Nodes(job.Id), catalog.Jobs.Events(job.Id)));

    /// <summary>The job has ended and is in the catalog; watchers that hold it see its end.</summary>
    public void Remove(JobId id, LiveJob ended) => live.TryRemove(new KeyValuePair<JobId, LiveJob>(id, ended));

    /// <summary>True while the job runs in this process.</summary>
    public bool IsLive(JobId id) => live.ContainsKey(id);

    /// <summary>
    /// The job whose id is, or begins with, <paramref name="idOrPrefix"/>. Here and below, <paramref name="askedBy"/> is the
    /// user whose jobs are meant, null for everybody's; another's job is as unknown as one that never was.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownJob"/>, <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public Job Get(string idOrPrefix, string? askedBy) => Get(Resolve(idOrPrefix, askedBy));

    /// <summary>The newest jobs without their events; of all clusters when <paramref name="cluster"/> is empty.</summary>
    public IReadOnlyList<Job> Newest(string cluster, string? askedBy, int limit) =>
        [.. catalog.Jobs.Newest(cluster, askedBy, limit).Select(job => Get(job, withEvents: false))];

    /// <summary>The job's state at once and then its changes, until it has ended.</summary>
    public async IAsyncEnumerable<Job> WatchAsync(
        string idOrPrefix, string? askedBy, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = Resolve(idOrPrefix, askedBy);
        while (live.TryGetValue(id, out var job))
        {
            var (state, changed) = job.Look();
            yield return state;
            if (state.Ended is not null)
            {
                yield break;
            }

            await changed.WaitAsync(cancellationToken);
            await Task.WhenAny(job.WhenEnded, Task.Delay(TimeSpan.FromSeconds(1.0 / StatesPerSecond), time, cancellationToken));
        }

        yield return Get(id);
    }

    /// <summary>The id that <paramref name="idOrPrefix"/> is or begins.</summary>
    public JobId Resolve(string idOrPrefix, string? askedBy)
    {
        if (JobId.TryParse(idOrPrefix, out var id))
        {
            return catalog.Jobs.Find(id) is { } found && (askedBy is null || found.AskedBy == askedBy) ? id : throw Unknown(idOrPrefix);
        }

        var prefix = idOrPrefix.ToLowerInvariant();
        if (prefix.Length < ShortestPrefix || prefix.Length > 36 || !prefix.All(c => char.IsAsciiHexDigit(c) || c == '-'))
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"a job is named by its id or by at least {ShortestPrefix} characters of its beginning",
                "'cairn job list' shows the ids");
        }

        return catalog.Jobs.FindByPrefix(prefix, askedBy) switch
        {
            [var only] => only,
            [] => throw Unknown(idOrPrefix),
            _ => throw new CairnException(
                ErrorCode.InvalidRequest,
                $"several jobs begin with '{prefix}'",
                "give more characters of the id",
                subject: prefix),
        };
    }

    private Job Get(JobId id) => live.TryGetValue(id, out var running)
        ? running.Look().State
        : Get(catalog.Jobs.Find(id) ?? throw Unknown(id.ToString()), withEvents: true);

    private Job Get(JobRecord job, bool withEvents)
    {
        if (live.TryGetValue(job.Id, out var running))
        {
            var state = running.Look().State;
            if (withEvents)
            {
                return state;
            }

            var shortened = state.Clone();
            shortened.Events.Clear();
            return shortened;
        }

        return JobMessages.Of(job, catalog.Jobs.Nodes(job.Id), withEvents ? catalog.Jobs.Events(job.Id) : []);
    }

    /// <summary>The refusal of an id that no job has, or none that the caller may see.</summary>
    public static CairnException Unknown(string id) => new(
        ErrorCode.UnknownJob, $"no job that you may see has the id '{id}'", "'cairn job list' shows them", subject: id);
}
