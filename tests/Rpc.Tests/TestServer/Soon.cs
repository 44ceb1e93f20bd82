namespace Rpc.Tests.TestServer;

/// <summary>Waits for what another part does by itself, with a limit that names what was waited for.</summary>
internal static class Soon
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<T> Soonish<T>(this Task<T> task, string what)
    {
        await ((Task)task).Soonish(what);
        return await task;
    }

    public static async Task Soonish(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"Waited {Limit.TotalSeconds} s in vain for this: {what}");
        }
    }

    /// <summary>Completes when <paramref name="token"/> fires.</summary>
    public static Task Fires(this CancellationToken token)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(() => fired.TrySetResult());
        return fired.Task;
    }

    public static async Task Until(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"Waited {Limit.TotalSeconds} s in vain for this: {what}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }
}
