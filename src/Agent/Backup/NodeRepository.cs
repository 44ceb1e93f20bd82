using Cairn.Agent.Configuration;
using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Backup;

/// <summary>
/// This node's repository, opened when it is first needed and again after it could not be: an operator who mends the path
/// need not restart the agent. May be used concurrently.
/// </summary>
internal sealed class NodeRepository(AgentSettings settings, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, INodeRepository> borrowed = new(StringComparer.Ordinal);
    private INodeRepository? opened;

    /// <summary>Its directory.</summary>
    public string Path => settings.RepositoryPath;

    /// <summary>The open repository.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.RepositoryForeign"/>, <see cref="ErrorCode.RepositoryUnusable"/>, …: why it cannot be used.
    /// </exception>
    public async Task<INodeRepository> OpenAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (opened is null)
            {
                using var key = settings.RepositoryKey?.Read();
                opened = await LocalRepository.OpenOrCreateAsync(
                    Path,
                    new RepositoryOptions
                    {
                        ReadOnly = settings.RepositoryReadOnly,
                        MaxPackBytes = settings.MaxPackBytes,
                        MaxReadBytesPerSecond = settings.MaxReadBytesPerSecond,
                        Key = key,
                        Time = time,
                    },
                    cancellationToken);
            }

            return opened;
        }
        catch (RepositoryException failure)
        {
            throw RepositoryFailures.TranslateOpening(failure);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// The repository that holds <paramref name="sourceNode"/>'s part of a point: this node's own, or one of those that restores may
    /// take from. This node's own, too, when none does: what is asked of it then says what is missing.
    /// </summary>
    /// <exception cref="CairnException">As <see cref="OpenAsync"/>, also for another repository that is configured and cannot be used.</exception>
    public async Task<INodeRepository> OpenForAsync(PointId point, string sourceNode, CancellationToken cancellationToken)
    {
        var own = await OpenAsync(cancellationToken);
        if (settings.RestoreFrom.Count > 0 && !await HoldsAsync(own, point, sourceNode, cancellationToken))
        {
            foreach (var other in await OpenBorrowedAsync(cancellationToken))
            {
                if (await HoldsAsync(other, point, sourceNode, cancellationToken))
                {
                    return other;
                }
            }
        }

        return own;
    }

    /// <summary>The other nodes' repositories that restores may take from, read-only.</summary>
    /// <exception cref="CairnException">As <see cref="OpenAsync"/>.</exception>
    public async Task<IReadOnlyList<INodeRepository>> OpenBorrowedAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            foreach (var path in settings.RestoreFrom.Where(path => !borrowed.ContainsKey(path)))
            {
                using var key = settings.RepositoryKey?.Read();
                borrowed[path] = await LocalRepository.OpenOrCreateAsync(
                    path, new RepositoryOptions { ReadOnly = true, Key = key, Time = time }, cancellationToken);
            }

            return [.. borrowed.Values];
        }
        catch (RepositoryException failure)
        {
            throw RepositoryFailures.TranslateOpening(failure);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Bytes that may still be written to its file system.</summary>
    public long FreeBytes()
    {
        var existing = Path;
        while (!Directory.Exists(existing))
        {
            existing = System.IO.Path.GetDirectoryName(existing) ?? "/";
        }

        return NativeFiles.FreeBytes(existing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var other in borrowed.Values)
        {
            await other.DisposeAsync();
        }

        if (opened is not null)
        {
            await opened.DisposeAsync();
        }

        gate.Dispose();
    }

    private static async Task<bool> HoldsAsync(
        INodeRepository repository, PointId point, string sourceNode, CancellationToken cancellationToken)
    {
        try
        {
            return (await repository.ReadPointAsync(point, cancellationToken)).Manifest.Node == sourceNode;
        }
        catch (RepositoryException failure) when (failure.Code is RepositoryErrorCode.PointNotFound)
        {
            return false;
        }
    }
}
