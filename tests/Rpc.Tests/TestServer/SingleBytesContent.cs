using System.Net;

namespace Rpc.Tests.TestServer;

/// <summary>A body that goes out in DATA frames of one byte.</summary>
internal sealed class SingleBytesContent(byte[] body) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        for (var i = 0; i < body.Length; i++)
        {
            await stream.WriteAsync(body.AsMemory(i, 1));
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
