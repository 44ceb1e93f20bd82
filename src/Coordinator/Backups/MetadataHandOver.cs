using System.Globalization;
using System.Security.Cryptography;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// Hands the cluster's captured metadata from the node that leads them to every other, so that a point survives the loss of
/// any host. The only data that pass through the coordinator.
/// </summary>
internal sealed class MetadataHandOver(AgentCalls calls, NodeLoss loss, CoordinatorLimits limits, TimeProvider time)
{
    private const int ChunkBytes = 1024 * 1024;
    private const long MaxBytes = 64L * 1024 * 1024;

    /// <summary>
    /// Does it, once, and returns the plan that says so, recorded; nothing when every node keeps its own, or when there is
    /// only one.
    /// </summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.MetadataTooLarge"/>; <see cref="ErrorCode.Internal"/> when they arrive damaged.
    /// </exception>
    public async Task<BackupPlan> HandOverAsync(RunningJob job, BackupPlan plan, CancellationToken cancellationToken)
    {
        // After a restart the captures that they came from may have been ended already.
        if (plan.MetadataHandedOver)
        {
            return plan;
        }

        var others = plan.Nodes.Where(node => node != plan.MetadataNode).ToList();
        if (plan.MetadataNode is { } source && others.Count > 0)
        {
            plan = await HandOverAsync(job, plan, source, others, cancellationToken);
        }

        var done = plan with { MetadataHandedOver = true };
        job.SavePlan(done, done.PointId);
        return done;
    }

    private async Task<BackupPlan> HandOverAsync(
        RunningJob job, BackupPlan plan, string source, List<string> others, CancellationToken cancellationToken)
    {
        job.Enter("metadata");
        var bundle = await FetchAsync(job, source, cancellationToken);
        var failures = (await Task.WhenAll(others.Select(node => TryPutAsync(job, source, node, bundle, cancellationToken))))
            .OfType<CairnException>()
            .ToList();
        plan = loss.GoOnWithoutAll(job, plan, failures);
        job.Note(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{bundle.Length} bytes of cluster metadata were handed to {others.Count - failures.Count} nodes"),
            source);
        return plan;
    }

    private async Task<CairnException?> TryPutAsync(
        RunningJob job, string source, string node, ReadOnlyMemory<byte> bundle, CancellationToken cancellationToken)
    {
        try
        {
            await PutAsync(job, source, node, bundle, cancellationToken);
            return null;
        }
        catch (CairnException failure)
        {
            return failure;
        }
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(RunningJob job, string source, CancellationToken cancellationToken)
    {
        var request = new FetchMetadataRequest { Header = Header(job, source, "fetch-metadata") };
        using var bundle = new MemoryStream();
        MetadataChunk? last = null;
        var chunks = calls.ReadAsync(
            source, (agent, options) => agent.FetchMetadata(request, options), limits.Command, cancellationToken);
        await foreach (var chunk in chunks)
        {
            if (bundle.Length + chunk.Data.Length > MaxBytes)
            {
                throw new CairnException(
                    ErrorCode.MetadataTooLarge,
                    $"{source}: the cluster's metadata are larger than {MaxBytes} bytes",
                    "back the cluster up cold, where each node keeps its own",
                    source);
            }

            bundle.Write(chunk.Data.Span);
            last = chunk;
        }

        var whole = bundle.GetBuffer().AsMemory(0, (int)bundle.Length);
        if (last is null
            || last.TotalBytes != whole.Length
            || !last.Sha256.Span.SequenceEqual(SHA256.HashData(whole.Span)))
        {
            throw new CairnException(
                ErrorCode.Internal,
                $"{source}: the cluster's metadata arrived incomplete: {whole.Length} bytes, {last?.TotalBytes ?? 0} announced",
                "run the backup again; if it stays, look into the agent's log",
                source);
        }

        return whole;
    }

    private async Task PutAsync(
        RunningJob job, string source, string node, ReadOnlyMemory<byte> bundle, CancellationToken cancellationToken)
    {
        var header = Header(job, node, "put-metadata");
        var answer = await calls.SendAsync<MetadataChunk, PutMetadataResponse>(
            node,
            static (agent, options) => agent.PutMetadata(options),
            Chunks(header, source, bundle),
            limits.Command,
            cancellationToken);
        if (answer.Bytes != bundle.Length)
        {
            throw new CairnException(
                ErrorCode.Internal,
                $"{node}: kept {answer.Bytes} of {bundle.Length} bytes of the cluster's metadata",
                "run the backup again; if it stays, look into the agent's log",
                node);
        }
    }

    private static IEnumerable<MetadataChunk> Chunks(CommandHeader header, string source, ReadOnlyMemory<byte> bundle)
    {
        for (var offset = 0; offset == 0 || offset < bundle.Length; offset += ChunkBytes)
        {
            var chunk = new MetadataChunk
            {
                Data = UnsafeByteOperations.UnsafeWrap(bundle.Slice(offset, Math.Min(ChunkBytes, bundle.Length - offset))),
            };
            if (offset == 0)
            {
                chunk.Header = header;
                chunk.SourceNode = source;
            }

            if (offset + ChunkBytes >= bundle.Length)
            {
                chunk.TotalBytes = bundle.Length;
                chunk.Sha256 = ByteString.CopyFrom(SHA256.HashData(bundle.Span));
            }

            yield return chunk;
        }
    }

    private CommandHeader Header(RunningJob job, string node, string what) => new()
    {
        TaskId = TaskIds.Of(job.Id, node, new TaskName(what), repeat: 0).ToString(),
        JobId = job.Id.ToString(),
        Cluster = job.Cluster,
        Epoch = job.Epoch,
        Deadline = Timestamp.FromDateTimeOffset(time.GetUtcNow() + limits.Command),
    };
}
