namespace Grpc.Core;

/// <summary>Turns messages into bytes and back.</summary>
/// <typeparam name="T">The message.</typeparam>
public class Marshaller<T>
{
    private readonly Func<T, byte[]>? toBytes;
    private readonly Func<byte[], T>? fromBytes;

    /// <summary>A codec over byte arrays.</summary>
    public Marshaller(Func<T, byte[]> serializer, Func<byte[], T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        toBytes = serializer;
        fromBytes = deserializer;
        ContextualSerializer = (message, context) => context.Complete(serializer(message));
        ContextualDeserializer = context => deserializer(context.PayloadAsNewBuffer());
    }

    /// <summary>A codec over buffers, which saves the copies.</summary>
    public Marshaller(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        ContextualSerializer = serializer;
        ContextualDeserializer = deserializer;
    }

    /// <summary>The serializer over byte arrays.</summary>
    /// <exception cref="NotSupportedException">The codec was made over buffers; use the contextual one.</exception>
    public Func<T, byte[]> Serializer => toBytes ?? throw OverBuffers();

    /// <summary>The deserializer over byte arrays.</summary>
    /// <exception cref="NotSupportedException">The codec was made over buffers; use the contextual one.</exception>
    public Func<byte[], T> Deserializer => fromBytes ?? throw OverBuffers();

    /// <summary>Writes a message into a context.</summary>
    public Action<T, SerializationContext> ContextualSerializer { get; }

    /// <summary>Reads a message from a context.</summary>
    public Func<DeserializationContext, T> ContextualDeserializer { get; }

    private static NotSupportedException OverBuffers() =>
        new("This marshaller works on buffers; use ContextualSerializer and ContextualDeserializer.");
}
