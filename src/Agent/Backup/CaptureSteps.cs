using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Journal;
using Cairn.Agent.Restore;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Backup;

/// <summary>Runs one declared capture step on the instances that it is for, and judges the cut from what they found.</summary>
internal sealed class CaptureSteps(
    AgentSettings settings,
    Instances instances,
    EngineCatalog engines,
    CaptureDesk captures,
    RestoreInProgress restores,
    ILogger<CaptureSteps> logger)
{
    /// <summary>The most that a step may hand over for the check of the cut.</summary>
    public const int MaxEvidenceBytes = 1 << 20;

    /// <summary>Runs the step.</summary>
    public async Task<TaskStatus> RunAsync(
        CaptureRequest request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        restores.RequireNone(request.Header.Cluster, request.Header.JobId);
        if (request.LeaseMs < 1 || request.MaxAgeMs < 1 || request.Attempt < 1)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "a capture needs a lease, a maximum age and an attempt of at least 1",
                "bring coordinator and agent to the same version",
                settings.Node);
        }

        using var use = await captures.BeginAsync(request, cancellationToken);
        return await use.RunAsync(token => TakeAsync(request, use.Record, progress, token), cancellationToken);
    }

    /// <summary>Compares what all nodes captured.</summary>
    public CheckCutResult CheckCut(CheckCutRequest request)
    {
        // Each node's evidence is an envelope of its instances' (see below), so that a node may have several.
        var evidence = new List<CutEvidence>();
        foreach (var node in request.Evidence)
        {
            CheckCutRequest envelope;
            try
            {
                envelope = CheckCutRequest.Parser.ParseFrom(node.Evidence);
            }
            catch (InvalidProtocolBufferException failure)
            {
                throw new CairnException(
                    ErrorCode.InvalidRequest,
                    $"the evidence of node '{node.Node}' cannot be read",
                    "bring all agents to the same version",
                    settings.Node,
                    cause: failure);
            }

            evidence.AddRange(envelope.Evidence.Select(part =>
                new CutEvidence(node.Node, part.Instance, node.Step, part.Evidence.Memory)));
        }

        var verdict = engines.Get(request.Engine).CheckCut(evidence);
        return new CheckCutResult
        {
            Consistent = verdict.Consistent,
            Consistency = verdict.Consistency,
            Findings = { verdict.Findings },
            Caveats = { verdict.Caveats },
        };
    }

    private async Task<TaskStatus> TakeAsync(
        CaptureRequest request, CaptureRecord record, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var envelope = new CheckCutRequest();
        var result = new CaptureResult { Step = request.Step };
        var ran = 0;
        foreach (var captured in record.Instances)
        {
            var instance = instances.Open(captured.Name);
            ObjectSelection.Require(instance, request.Objects, settings.Node);
            var description = await instance.DescribeAsync(askDatabase: false, cancellationToken);
            var step = description.CaptureSteps.FirstOrDefault(declared => declared.Name == request.Step);
            if (step is null || (step.LeaderRole.Length > 0 && !description.Roles.Contains(step.LeaderRole)))
            {
                continue;
            }

            var taken = await instance.CaptureAsync(
                new CaptureStepRequest(
                    request.Step,
                    request.Attempt,
                    CaptureDirectories.WorkspaceOf(captured),
                    request.Cold,
                    request.Exact,
                    request.Label,
                    instances.ForBackup(instances.Get(captured.Name), request.Parameters),
                    record.JobId,
                    [.. request.Objects]),
                progress,
                cancellationToken);
            Record(request, captured.Name, step, taken);
            Add(result, envelope, captured.Name, taken, first: ran++ == 0);
            CaptureLog.StepTaken(logger, record.JobId, request.Step, taken.Files, taken.Bytes);
        }

        if (ran == 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"no instance of this node has a capture step '{request.Step}' for its roles",
                "look at 'cairn cluster topology': the roles here have changed since the job was planned",
                settings.Node,
                request.Step);
        }

        result.Evidence = envelope.ToByteString();
        return result.Evidence.Length <= MaxEvidenceBytes
            ? new TaskStatus { Capture = result }
            : throw new CairnException(
                ErrorCode.MetadataTooLarge,
                $"step '{request.Step}' gave {result.Evidence.Length} bytes of evidence, more than {MaxEvidenceBytes}",
                "this cluster has more replica groups than this version can compare",
                settings.Node);
    }

    private void Record(CaptureRequest request, string instance, CaptureStep step, CapturedStep taken)
    {
        var entry = new StepRecord(
            step.Name,
            request.Attempt,
            step.ClusterMetadata,
            step.LeaderRole,
            taken.Started,
            taken.Ended,
            taken.Files,
            taken.Bytes,
            taken.Notes,
            [.. taken.Caveats.Select(caveat => new CaveatRecord(caveat.Name, caveat.Text))]);
        captures.Change(request.Header.JobId, record => record with
        {
            Instances =
            [
                .. record.Instances.Select(captured => captured.Name == instance
                    ? captured with { Steps = [.. captured.Steps.Where(old => old.Name != step.Name), entry] }
                    : captured),
            ],
        });
    }

    private static void Add(
        CaptureResult result, CheckCutRequest envelope, string instance, CapturedStep taken, bool first)
    {
        envelope.Evidence.Add(new NodeEvidence
        {
            Instance = instance, Evidence = ByteString.CopyFrom(taken.Evidence.Span),
        });
        var started = taken.Started.ToTimestamp();
        var ended = taken.Ended.ToTimestamp();
        result.Started = first || started < result.Started ? started : result.Started;
        result.Ended = first || ended > result.Ended ? ended : result.Ended;
        result.Files += taken.Files;
        result.Bytes += taken.Bytes;
        result.Notes.AddRange(taken.Notes);
        result.Caveats.AddRange(taken.Caveats);
    }
}
