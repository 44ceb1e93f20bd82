namespace Cairn.Agent.Registration;

/// <summary>Where this agent really listens; known once the server has started.</summary>
internal sealed class BoundAddress
{
    private readonly TaskCompletionSource<string> known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Tells it, once.</summary>
    public void Set(string address) => known.TrySetResult(address);

    /// <summary>Waits until it is known.</summary>
    public Task<string> GetAsync(CancellationToken cancellationToken) => known.Task.WaitAsync(cancellationToken);
}
