using System.Net;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// One message as the body of a request. The handler may ask for it again when the server has refused the stream, so
/// the buffer is kept until the call is over and no attempt reads it.
/// </summary>
internal sealed class SingleMessageContent(OutgoingMessage message) : HttpContent, IRequestContent
{
    private readonly Lock gate = new();
    private int attempts;
    private bool isClosed;

    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            ReleaseWhenUnused();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (isClosed)
            {
                throw new RpcException(Status.DefaultCancelled);
            }

            attempts++;
        }

        try
        {
            await stream.WriteAsync(message.Frame, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                attempts--;
                ReleaseWhenUnused();
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private void ReleaseWhenUnused()
    {
        if (isClosed && attempts == 0)
        {
            message.Dispose();
        }
    }
}
