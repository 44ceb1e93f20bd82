namespace Grpc.Core;

/// <summary>Credentials of a channel together with what every call adds.</summary>
internal sealed class ComposedChannelCredentials : ChannelCredentials
{
    public ComposedChannelCredentials(ChannelCredentials channel, CallCredentials call)
    {
        if (!channel.IsSecure)
        {
            throw new ArgumentException("Insecure channel credentials cannot carry call credentials.", nameof(channel));
        }

        CallCredentials = channel.CallCredentials is null ? call : CallCredentials.Compose(channel.CallCredentials, call);
    }

    internal override bool IsSecure => true;

    internal override CallCredentials CallCredentials { get; }
}
