using Microsoft.Extensions.Hosting;

namespace Cairn.Simulation.Parts;

/// <summary>Processes of a world are never asked to stop; they die.</summary>
internal sealed class NoLifetime : IHostApplicationLifetime
{
    /// <inheritdoc/>
    public CancellationToken ApplicationStarted => CancellationToken.None;

    /// <inheritdoc/>
    public CancellationToken ApplicationStopping => CancellationToken.None;

    /// <inheritdoc/>
    public CancellationToken ApplicationStopped => CancellationToken.None;

    /// <inheritdoc/>
    public void StopApplication()
    {
    }
}
