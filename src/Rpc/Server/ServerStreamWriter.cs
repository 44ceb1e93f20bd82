using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>The stream of responses of one call.</summary>
internal sealed class ServerStreamWriter<T>(ServerCall call, Action<T, SerializationContext> serializer)
    : IServerStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (message is null)
        {
            return Task.FromException(new ArgumentNullException(nameof(message)));
        }

        var flags = (WriteOptions ?? call.WriteOptions)?.Flags ?? default;
        return call.WriteAsync(message, serializer, flags, cancellationToken);
    }
}
