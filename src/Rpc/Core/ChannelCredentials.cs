namespace Grpc.Core;

/// <summary>How a channel proves itself and protects its calls.</summary>
public abstract class ChannelCredentials
{
    private protected ChannelCredentials()
    {
    }

    /// <summary>Plain text, no proof.</summary>
    public static ChannelCredentials Insecure { get; } = new InsecureCredentials();

    /// <summary>TLS with the settings of the channel's handler.</summary>
    public static ChannelCredentials SecureSsl { get; } = new SslCredentials();

    /// <summary>Whether the channel runs over TLS.</summary>
    internal abstract bool IsSecure { get; }

    /// <summary>What every call of the channel adds; null for nothing.</summary>
    internal virtual CallCredentials? CallCredentials => null;

    /// <summary>Credentials of a channel together with what every call adds.</summary>
    /// <exception cref="ArgumentException">
    /// The channel is not secure, so the call's credentials would be exposed.
    /// </exception>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        ArgumentNullException.ThrowIfNull(channelCredentials);
        ArgumentNullException.ThrowIfNull(callCredentials);
        return new ComposedChannelCredentials(channelCredentials, callCredentials);
    }
}
