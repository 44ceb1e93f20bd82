using System.Net;
using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Agent.Engines.OpenGemini.Meta;
using Cairn.Agent.Engines.OpenGemini.Restore;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini.Databases;

/// <summary>
/// Brings databases back into a cluster that runs: they were dropped, their directories are put in place on all nodes, and the ts-meta that leads is
/// told of them by <c>/recoverMeta</c>. Its traps are looked for first (<see cref="AdoptionChecks"/>), again right before it is told, and its answer is
/// not believed: the catalogue is asked afterwards.
/// </summary>
internal sealed class DatabaseAdoption(OpenGeminiConfiguration configuration, OpenGeminiClient client, EngineLimits limits, TimeProvider time)
{
    private const string GetData = "/getdata";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Where the directories go, and every check.</summary>
    public async Task<ObjectLayout> PlanAsync(ObjectRequest request, CancellationToken cancellationToken)
    {
        var targets = configuration.Roots.Where(root => root.Name != RootNames.Meta)
            .SelectMany(root => request.Objects.Select(name => new ObjectTarget(root.Name, root.Path, name)))
            .ToList();
        var checks = new List<Check>();
        try
        {
            checks.AddRange(RestorePlanner.IdentityChecks(configuration, RecordOf(request)));
            using var saved = CatalogueOf(request, out var bytes);
            if (!CanAsk)
            {
                checks.Add(Passed("leader", "this host has neither ts-meta nor ts-sql: what the catalogue says is looked at on the node that leads"));
                return new ObjectLayout(targets, checks);
            }

            var leader = await LeaderAsync(cancellationToken);
            if (request.AdoptsHere)
            {
                RequireLeads(leader);
                checks.Add(Passed("order", AdoptionOrder.RequireSize(bytes.Span, request.Objects, leader)));
            }

            checks.Add(Passed("leader", $"the ts-meta {leader} leads"));
            using var live = await AskAsync(leader, cancellationToken);
            checks.AddRange(new AdoptionChecks(saved.RootElement, live.RootElement, request.Objects).All());
        }
        catch (CairnException refused)
        {
            checks.Add(new Check { Name = "leader", Passed = false, Finding = refused.Message, Error = refused.ToDetail() });
        }

        return new ObjectLayout(targets, checks);
    }

    /// <summary>As <see cref="IObjectInstance.RequireAbsentAsync"/>.</summary>
    public async Task<string> RequireAbsentAsync(IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        if (!CanAsk)
        {
            throw new CairnException(
                ErrorCode.CannotTell, $"this host has neither ts-meta nor ts-sql to ask about {string.Join(", ", databases)}", "let the coordinator ask another");
        }

        var leader = await LeaderAsync(cancellationToken);
        using var live = await AskAsync(leader, cancellationToken);
        return AdoptionChecks.RequireUnknown(live.RootElement, databases);
    }

    /// <summary>As <see cref="IObjectInstance.AdoptAsync"/>.</summary>
    public async Task<IReadOnlyList<string>> AdoptAsync(
        ObjectRequest request, bool orderedBefore, Action ordering, CancellationToken cancellationToken)
    {
        using var saved = CatalogueOf(request, out var bytes);
        if (orderedBefore)
        {
            return await RequireAdoptedAsync(saved, request.Objects, "the order was given before the agent was restarted, and nobody saw its answer", cancellationToken);
        }

        var leader = await LeaderAsync(cancellationToken);
        RequireLeads(leader);
        using (var live = await AskAsync(leader, cancellationToken))
        {
            if (new AdoptionChecks(saved.RootElement, live.RootElement, request.Objects).All().FirstOrDefault(check => !check.Passed) is { } refused)
            {
                throw CairnException.FromDetail(refused.Error);
            }
        }

        var order = AdoptionOrder.Of(bytes.Span, request.Objects);
        ordering();
        Answer answer;
        try
        {
            // Once it is given its end is waited for, whoever gives the job up: it is applied or not whether anybody listens.
            answer = await client.PostAsync(leader, order, CancellationToken.None);
        }
        catch (CairnException lost) when (lost.Code == ErrorCode.EngineAnswer)
        {
            return await RequireAdoptedAsync(saved, request.Objects, lost.Message, cancellationToken);
        }

        return await RequireAdoptedAsync(
            saved,
            request.Objects,
            answer.Status == HttpStatusCode.OK ? "" : $"{answer.Question} answered {(int)answer.Status} with {answer.Shown}",
            cancellationToken,
            refused: answer.Status == HttpStatusCode.OK ? null : answer);
    }

    private bool CanAsk => configuration.MetaHttpAddress is not null || configuration.HttpAddresses.Count > 0;

    // The catalogue is the proof, in both directions: a 400 was seen that had changed it all the same [ran P5].
    private async Task<IReadOnlyList<string>> RequireAdoptedAsync(
        JsonDocument saved, IReadOnlyList<string> databases, string trouble, CancellationToken cancellationToken, Answer? refused = null)
    {
        string lack;
        bool? known;
        for (var waited = TimeSpan.Zero; ; waited += Poll)
        {
            (known, lack, var findings) = await LookAsync(saved, databases, cancellationToken);
            if (lack.Length == 0)
            {
                return trouble.Length == 0 ? findings : [.. findings, $"although {trouble}"];
            }

            if (waited >= (refused is null ? limits.Adoption : limits.Settle))
            {
                break;
            }

            await Task.Delay(Poll, time, cancellationToken);
        }

        var said = trouble.Length == 0 ? "" : $" ({trouble})";
        if (refused is not null && known == false)
        {
            throw refused.Unusable($"refused to take {string.Join(", ", databases)} back: {(int)refused.Status} with {refused.Shown}");
        }

        throw new CairnException(
            ErrorCode.AdoptionUnclear,
            $"the ts-meta that leads was told to take {string.Join(", ", databases)} back, and {lack}{said}",
            known == true
                ? $"DROP DATABASE {string.Join(", ", databases)}, wait until the directories are gone, and restore again; other databases are not concerned"
                : "ask with SHOW DATABASES in a while: if it lists them, they are restored; if not, 'cairn restore undo' takes their files out again",
            subject: string.Join(",", databases));
    }

    private async Task<(bool? Known, string Lack, IReadOnlyList<string> Findings)> LookAsync(
        JsonDocument saved, IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        JsonDocument live;
        try
        {
            live = await AskAsync(await LeaderAsync(cancellationToken), cancellationToken);
        }
        catch (CairnException silent)
        {
            return (Known: null, $"it cannot be asked what came of it: {silent.Message}", []);
        }

        using (live)
        {
            return AdoptedDatabases.Compare(saved.RootElement, live.RootElement, databases);
        }
    }

    private async Task<string> LeaderAsync(CancellationToken cancellationToken)
    {
        var seen = await new ClusterObserver(configuration, client).ObserveAsync(cancellationToken);
        return seen.LeaderAddress ?? throw new CairnException(
            ErrorCode.NoLeader,
            seen.NotAsked.Count > 0 ? $"which ts-meta leads is not known: {string.Join("; ", seen.NotAsked)}" : "no ts-meta says that it leads, or several do",
            "see that a majority of the ts-metas runs and answers");
    }

    private void RequireLeads(string leader)
    {
        if (leader != configuration.MetaHttpAddress)
        {
            throw new CairnException(
                ErrorCode.LeaderMoved,
                $"the ts-meta {leader} leads, and not this host's {configuration.MetaHttpAddress ?? "(it has none)"}",
                "run it again when the cluster keeps its leader",
                subject: leader);
        }
    }

    private async Task<JsonDocument> AskAsync(string leader, CancellationToken cancellationToken) =>
        (await client.GetAsync(leader, GetData, askOthers: false, cancellationToken)).Json();

    private static RestoreRecord RecordOf(ObjectRequest request)
    {
        try
        {
            return RestoreRecord.Parse(request.Record);
        }
        catch (InvalidDataException wrong)
        {
            throw new CairnException(
                ErrorCode.PointDamaged, $"the record of this instance cannot be used: {wrong.Message}", "use another point, or a newer agent", cause: wrong);
        }
    }

    private static JsonDocument CatalogueOf(ObjectRequest request, out ReadOnlyMemory<byte> bytes)
    {
        if (!request.Metadata.TryGetValue($"{RootNames.Meta}/{WrittenMeta.InfoName}", out bytes))
        {
            throw new CairnException(ErrorCode.PointDamaged, $"the point has no {WrittenMeta.InfoName}", "use another point");
        }

        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException wrong)
        {
            throw new CairnException(ErrorCode.PointDamaged, $"the point's {WrittenMeta.InfoName} is not JSON", "use another point", cause: wrong);
        }
    }

    private static Check Passed(string name, string finding) => new() { Name = name, Passed = true, Finding = finding };
}
