using Grpc.Core;

namespace Cairn.Shared.Calls;

/// <summary>
/// The call that the running code serves, as far as calls made for it need to know it. It follows the code through its awaits,
/// and is over when the method has returned: work that goes on after that is nobody's call any more.
/// </summary>
internal sealed class ServedCall
{
    private static readonly AsyncLocal<ServedCall?> Running = new();
    private volatile bool isOver;

    private ServedCall(ServerCallContext context)
    {
        Deadline = context.Deadline;
        CancellationToken = context.CancellationToken;
    }

    /// <summary>The call that is served here; null outside of one.</summary>
    public static ServedCall? Current => Running.Value is { isOver: false } call ? call : null;

    /// <summary>In UTC; <see cref="DateTime.MaxValue"/> for none.</summary>
    public DateTime Deadline { get; }

    /// <summary>Fires when the caller has gone or the deadline has passed.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Runs a method as the service of <paramref name="context"/>.</summary>
    public static async Task<T> ServeAsync<T>(ServerCallContext context, Func<Task<T>> method)
    {
        var call = new ServedCall(context);
        Running.Value = call;
        try
        {
            return await method();
        }
        finally
        {
            call.isOver = true;
        }
    }
}
