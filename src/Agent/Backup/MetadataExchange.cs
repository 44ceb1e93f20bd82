using System.Security.Cryptography;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Cairn.Agent.Backup;

/// <summary>Hands the captured cluster metadata out, and keeps what another node captured beside this node's own part.</summary>
internal sealed class MetadataExchange(
    AgentSettings settings, AgentJournal journal, Instances instances, CaptureDesk captures)
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Where a job's foreign metadata are kept until its capture ends.</summary>
    public static string DirectoryOf(AgentJournal journal, string jobId) =>
        Path.Combine(journal.StateDirectory, "metadata", jobId);

    /// <summary>Sends this node's captured metadata in chunks, the hash with the last.</summary>
    public async Task FetchAsync(
        FetchMetadataRequest request, IServerStreamWriter<MetadataChunk> chunks, CancellationToken cancellationToken)
    {
        var header = CheckHeader(request.Header);
        using var use = captures.Use(header.JobId);
        var directory = DirectoryOf(journal, header.JobId);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "own.tar");
        var total = await MetadataBundle.WriteAsync(
            path, OwnEntriesAsync(use.Record, cancellationToken), settings.Node, cancellationToken);

        await using var bundle = new FileStream(path, FileMode.Open, FileAccess.Read);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ChunkBytes];
        for (long sent = 0; sent < total;)
        {
            var read = await bundle.ReadAtLeastAsync(buffer, (int)Math.Min(ChunkBytes, total - sent), true, cancellationToken);
            hash.AppendData(buffer, 0, read);
            var chunk = new MetadataChunk { Data = ByteString.CopyFrom(buffer, 0, read) };
            if (sent == 0)
            {
                chunk.Header = header;
                chunk.SourceNode = settings.Node;
            }

            sent += read;
            if (sent == total)
            {
                chunk.Sha256 = ByteString.CopyFrom(hash.GetHashAndReset());
                chunk.TotalBytes = total;
            }

            await chunks.WriteAsync(chunk, cancellationToken);
        }
    }

    /// <summary>Keeps another node's metadata with this node's capture; a later one replaces an earlier one.</summary>
    public async Task<PutMetadataResponse> PutAsync(
        IAsyncStreamReader<MetadataChunk> chunks, CancellationToken cancellationToken)
    {
        if (!await chunks.MoveNext(cancellationToken))
        {
            throw Broken("no chunk came");
        }

        var header = CheckHeader(chunks.Current.Header);
        var sourceNode = Names.Require(chunks.Current.SourceNode, "node");
        journal.Epochs.Admit(header.Cluster, header.Epoch);
        using var use = captures.Use(header.JobId);
        var directory = DirectoryOf(journal, header.JobId);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, $"{Guid.NewGuid():N}.tar");
        var total = await ReceiveAsync(chunks, path, cancellationToken);

        captures.Change(header.JobId, record => record with { Metadata = new ForeignMetadata(sourceNode, path) });
        if (!use.Record.Cold)
        {
            DropOwn(header.JobId, use.Record, cancellationToken);
        }

        return new PutMetadataResponse { Bytes = total };
    }

    /// <summary>The foreign metadata as entries for the repository; none when there are none.</summary>
    public IAsyncEnumerable<SourceEntry> EntriesAsync(CaptureRecord record, CancellationToken cancellationToken)
    {
        if (record.Metadata is not { } metadata)
        {
            return AsyncEnumerable.Empty<SourceEntry>();
        }

        var unpacked = Path.Combine(DirectoryOf(journal, record.JobId), "unpacked");
        Tree.Remove(unpacked, cancellationToken);
        Directory.CreateDirectory(unpacked);
        return MetadataBundle.UnpackAsync(
            metadata.Bundle, unpacked, $"{PointPaths.ClusterMetadata}/{metadata.SourceNode}", cancellationToken);
    }

    private async Task<long> ReceiveAsync(
        IAsyncStreamReader<MetadataChunk> chunks, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long total = 0;
        MetadataChunk last;
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        {
            do
            {
                last = chunks.Current;
                total += last.Data.Length;
                if (total > MetadataBundle.MaxBytes)
                {
                    throw MetadataBundle.TooLarge(settings.Node, total);
                }

                hash.AppendData(last.Data.Span);
                await file.WriteAsync(last.Data.Memory, cancellationToken);
            }
            while (await chunks.MoveNext(cancellationToken));
            file.Flush(flushToDisk: true);
        }

        NativeFiles.SyncDirectory(Path.GetDirectoryName(path)!);
        return last.TotalBytes == total && last.Sha256.Span.SequenceEqual(hash.GetHashAndReset())
            ? total
            : throw Broken($"{total} bytes came, whose length or SHA-256 is not the one announced");
    }

    // The leader moved after this node had captured its metadata: the new leader's are the cluster's now.
    private void DropOwn(string jobId, CaptureRecord record, CancellationToken cancellationToken)
    {
        foreach (var captured in record.Instances.Where(captured => captured.Steps.Any(step => step.ClusterMetadata)))
        {
            var metadataRoots = instances.Open(captured.Name).MetadataRoots;
            foreach (var root in captured.Roots.Where(root => metadataRoots.Contains(root.Name)))
            {
                Tree.Remove(root.Directory, cancellationToken);
                Roots.SideDirectory.Make(root.Directory);
            }
        }

        captures.Change(jobId, current => current with
        {
            Instances =
            [
                .. current.Instances.Select(captured => captured with
                {
                    Steps = [.. captured.Steps.Where(step => !step.ClusterMetadata)],
                }),
            ],
        });
    }

    private async IAsyncEnumerable<SourceEntry> OwnEntriesAsync(
        CaptureRecord record, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var any = false;
        foreach (var captured in record.Instances.Where(captured => captured.Steps.Any(step => step.ClusterMetadata)))
        {
            var instance = instances.Open(captured.Name);
            var wanted = instance.MetadataRoots;
            await foreach (var entry in instance.EntriesAsync(CaptureDirectories.WorkspaceOf(captured), cancellationToken))
            {
                if (wanted.Contains(entry.Path.Split('/', 2)[0]))
                {
                    any = true;
                    yield return entry with { Path = PointPaths.Of(captured.Name, entry.Path) };
                }
            }
        }

        if (!any)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "this node has captured no cluster metadata in this job",
                "ask the node that leads the cluster's metadata",
                settings.Node,
                record.JobId);
        }
    }

    private static CommandHeader CheckHeader(CommandHeader? header) => Tasks.CommandHeaders.Require(header);

    private CairnException Broken(string finding) => new(
        ErrorCode.InvalidRequest,
        $"the cluster's metadata did not arrive whole: {finding}",
        "run the backup again",
        settings.Node);
}
