namespace Grpc.AspNetCore.Server;

/// <summary>An instance that serves one call; disposed after it when it was made for it.</summary>
internal readonly struct Activated<T>(T instance, bool isOwned) : IAsyncDisposable
    where T : class
{
    public T Instance { get; } = instance;

    public async ValueTask DisposeAsync()
    {
        if (!isOwned)
        {
            return;
        }

        if (Instance is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            (Instance as IDisposable)?.Dispose();
        }
    }
}
