namespace Grpc.Core;

/// <summary>TLS. Certificates and trust are settings of the channel's HTTP handler.</summary>
public sealed class SslCredentials : ChannelCredentials
{
    internal override bool IsSecure => true;
}
