using System.Buffers.Binary;
using System.IO.Pipelines;
using FsCheck;
using Grpc.Core;
using Grpc.Wire;

namespace Rpc.Tests.Wire;

public sealed class FramingTests
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(b => b, b => b);

    [Fact]
    public void Messages_come_back_whatever_the_pieces_they_arrive_in()
    {
        Prop.ForAll<byte[][]?, byte>((messages, pieceSize) =>
        {
            var sent = (messages ?? []).Select(m => m ?? []).ToList();
            var wire = sent.SelectMany(m => Frame(m)).ToArray();

            var received = ReadAllAsync(wire, Math.Max((int)pieceSize, 1), limitBytes: null).GetAwaiter().GetResult();

            return received.Count == sent.Count
                && received.Zip(sent).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task A_length_above_the_limit_is_refused_on_its_prefix_alone()
    {
        var prefix = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), uint.MaxValue);
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(prefix);

        // The writer is not completed: a reader that waited for the message would wait for ever.
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            new MessageReader(pipe.Reader, 1024, decompressor: null)
                .ReadAsync(Bytes.ContextualDeserializer, CancellationToken.None).AsTask());

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task A_message_of_exactly_the_limit_passes_and_one_byte_more_does_not()
    {
        Assert.Single(await ReadAllAsync(Frame(new byte[64]), 7, limitBytes: 64));

        var failure = await Assert.ThrowsAsync<RpcException>(() => ReadAllAsync(Frame(new byte[65]), 7, limitBytes: 64));
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(14)]
    public async Task A_message_that_is_cut_off_is_an_error(int length)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            ReadAllAsync(Frame(new byte[10])[..length], 3, limitBytes: null));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    public async Task A_flag_that_means_nothing_here_is_an_error(byte flag)
    {
        var frame = Frame([1, 2, 3]);
        frame[0] = flag;

        var failure = await Assert.ThrowsAsync<RpcException>(() => ReadAllAsync(frame, 8, limitBytes: null));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public void A_compressed_message_comes_back(string encoding)
    {
        Assert.True(new CompressionSet(more: null).TryFind(encoding, out var provider));
        Prop.ForAll<byte[]?>(value =>
        {
            var message = value ?? [];
            using var outgoing = OutgoingMessage.Create(message, Bytes.ContextualSerializer, limitBytes: null, provider);
            var reader = new MessageReader(PipeReader.Create(new(outgoing.Frame)), limitBytes: 1 << 20, provider);

            var back = reader.ReadAsync(Bytes.ContextualDeserializer, CancellationToken.None).AsTask().GetAwaiter().GetResult();

            return outgoing.Frame.Span[0] == (message.Length == 0 ? 0 : 1) && back.AsSpan().SequenceEqual(message);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task A_message_that_inflates_beyond_the_limit_is_refused()
    {
        Assert.True(new CompressionSet(more: null).TryFind("gzip", out var gzip));
        using var bomb = OutgoingMessage.Create(new byte[10_000_000], Bytes.ContextualSerializer, limitBytes: null, gzip);
        var reader = new MessageReader(PipeReader.Create(new(bomb.Frame)), limitBytes: 100_000, gzip);

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            reader.ReadAsync(Bytes.ContextualDeserializer, CancellationToken.None).AsTask());

        Assert.True(bomb.Frame.Length < 100_000);
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Theory]
    [InlineData("gzip", 2)]
    [InlineData("gzip", 5_000)]
    [InlineData("gzip", -1)]
    [InlineData("gzip", -8)]
    [InlineData("deflate", 2)]
    [InlineData("deflate", 5_000)]
    [InlineData("deflate", -1)]
    [InlineData("deflate", -4)]
    public async Task A_compressed_message_that_is_cut_short_is_an_error(string encoding, int length)
    {
        Assert.True(new CompressionSet(more: null).TryFind(encoding, out var provider));
        var message = new byte[10_000];
        new System.Random(7).NextBytes(message);
        using var whole = OutgoingMessage.Create(message, Bytes.ContextualSerializer, limitBytes: null, provider);
        var frame = whole.Frame[..(length > 0 ? MessagePrefix.Size + length : whole.Frame.Length + length)].ToArray();
        new MessagePrefix(IsCompressed: true, (uint)(frame.Length - MessagePrefix.Size)).Write(frame);
        var reader = new MessageReader(PipeReader.Create(new(frame)), limitBytes: null, provider);

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            reader.ReadAsync(Bytes.ContextualDeserializer, CancellationToken.None).AsTask());

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact]
    public async Task Bytes_that_do_not_decompress_are_an_error()
    {
        Assert.True(new CompressionSet(more: null).TryFind("gzip", out var gzip));
        var frame = Frame([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
        frame[0] = 1;
        var reader = new MessageReader(PipeReader.Create(new(frame)), limitBytes: null, gzip);

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            reader.ReadAsync(Bytes.ContextualDeserializer, CancellationToken.None).AsTask());

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact]
    public void A_message_above_the_limit_is_not_sent()
    {
        var failure = Assert.Throws<RpcException>(() =>
            OutgoingMessage.Create(new byte[11], Bytes.ContextualSerializer, limitBytes: 10, compressor: null));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public void A_serializer_that_does_not_complete_its_message_is_an_error()
    {
        var failure = Assert.Throws<RpcException>(() =>
            OutgoingMessage.Create(new byte[1], (_, _) => { }, limitBytes: null, compressor: null));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    private static byte[] Frame(byte[] message)
    {
        using var outgoing = OutgoingMessage.Create(message, Bytes.ContextualSerializer, limitBytes: null, compressor: null);
        return outgoing.Frame.ToArray();
    }

    private static async Task<List<byte[]>> ReadAllAsync(byte[] wire, int pieceSize, int? limitBytes)
    {
        var pipe = new Pipe();
        var writing = WriteInPiecesAsync(pipe.Writer, wire, pieceSize);
        var reader = new MessageReader(pipe.Reader, limitBytes, decompressor: null);
        var received = new List<byte[]>();
        try
        {
            while (await reader.ReadAsync(Bytes.ContextualDeserializer, CancellationToken.None) is { } message)
            {
                received.Add(message);
            }
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await writing;
        }

        return received;
    }

    private static async Task WriteInPiecesAsync(PipeWriter writer, byte[] wire, int pieceSize)
    {
        foreach (var piece in wire.Chunk(pieceSize))
        {
            await writer.WriteAsync(piece);
        }

        await writer.CompleteAsync();
    }
}
