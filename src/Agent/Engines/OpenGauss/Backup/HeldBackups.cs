using System.Collections.Concurrent;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>The backups that servers hold open for captures of this process, by the captures' notes directories.</summary>
internal sealed class HeldBackups : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, HeldBackup> held = new(StringComparer.Ordinal);

    /// <summary>Keeps one; an earlier one of the same capture is given up.</summary>
    public async Task PutAsync(string capture, HeldBackup backup)
    {
        await EndAsync(capture);
        held[capture] = backup;
    }

    /// <summary>The one of a capture; null when there is none (any more).</summary>
    public HeldBackup? Find(string capture) => held.GetValueOrDefault(capture);

    /// <summary>Gives one up; the server forgets it with its session. False when there is none.</summary>
    public async Task<bool> EndAsync(string capture)
    {
        if (!held.TryRemove(capture, out var backup))
        {
            return false;
        }

        await backup.DisposeAsync();
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var capture in held.Keys.ToList())
        {
            await EndAsync(capture);
        }
    }
}
