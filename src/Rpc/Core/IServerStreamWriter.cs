namespace Grpc.Core;

/// <summary>The stream of responses of a server.</summary>
/// <typeparam name="T">The response.</typeparam>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
