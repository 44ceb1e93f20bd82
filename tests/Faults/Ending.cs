namespace Cairn.Faults;

/// <summary>Ends a trouble, once, whatever the test does in between.</summary>
internal sealed class Ending(Func<Task> end) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await end();
}
