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
                    new RepositoryOptions { MaxPackBytes = settings.MaxPackBytes, Key = key, Time = time },
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
        if (opened is not null)
        {
            await opened.DisposeAsync();
        }

        gate.Dispose();
    }
}
