namespace Grpc.Core;

/// <summary>The stream of requests of a client.</summary>
/// <typeparam name="T">The request.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the stream of requests. The end is queued for sending when this method returns.</summary>
    Task CompleteAsync();
}
