namespace Grpc.Core;

/// <summary>Plain text.</summary>
internal sealed class InsecureCredentials : ChannelCredentials
{
    internal override bool IsSecure => false;
}
