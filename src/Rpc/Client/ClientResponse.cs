using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>The open response of a call: its messages, and how it ends.</summary>
internal sealed class ClientResponse
{
    private const int BufferSize = 32 * 1024;
    private readonly HttpResponseMessage response;
    private readonly ILogger logger;

    private ClientResponse(HttpResponseMessage response, MessageReader reader, ILogger logger)
    {
        this.response = response;
        this.logger = logger;
        Reader = reader;
    }

    public MessageReader Reader { get; }

    /// <exception cref="RpcException">INTERNAL: the messages come in an encoding that is not known.</exception>
    public static async Task<ClientResponse> OpenAsync(HttpResponseMessage response, GrpcChannel channel)
    {
        string? encoding = response.Headers.NonValidated.TryGetValues(HeaderNames.Encoding, out var values)
            ? values.ToString()
            : null;
        if (!channel.Compression.TryFind(encoding, out var decompressor))
        {
            throw WireErrors.Internal($"Unsupported grpc-encoding value '{encoding}' in the response.");
        }

        var stream = await response.Content.ReadAsStreamAsync(CancellationToken.None).ConfigureAwait(false);

        // Zero-byte reads: a stream that waits for its next message keeps no buffer meanwhile.
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferSize, useZeroByteReads: true));
        var reader = new MessageReader(pipe, channel.MaxReceiveMessageSize, decompressor);
        return new ClientResponse(response, reader, channel.Logger);
    }

    /// <summary>Status and trailers, once the messages are read to their end.</summary>
    public (Status Status, Metadata Trailers) ReadEnd()
    {
        var trailers = new Metadata();
        ClientResponseHead.AddTo(trailers, response.TrailingHeaders, logger);
        var status = ClientResponseHead.StatusIn(response.TrailingHeaders)
            ?? new Status(StatusCode.Unknown, "No grpc-status found on response.");
        return (status, trailers);
    }
}
