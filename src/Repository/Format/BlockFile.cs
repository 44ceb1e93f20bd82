using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// A file of blocks, read. What is wrong with it is a <see cref="RepositoryDamagedException"/> with the path and the offset. Not for concurrent use.
/// </summary>
internal sealed class BlockFile : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly BlockCodec codec;

    private BlockFile(string path, SafeFileHandle handle, BlockOwner owner, ChainSealing sealing)
    {
        codec = new BlockCodec(sealing, owner);
        Path = path;
        this.handle = handle;
        Length = handle.Stat(path).Attributes.Size;
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Null when the file is not there.</summary>
    public static BlockFile? TryOpen(string path, BlockOwner owner, ChainSealing sealing)
    {
        var handle = UnixFile.TryOpenForReading(path);
        if (handle is null)
        {
            return null;
        }

        var file = new BlockFile(path, handle, owner, sealing);
        try
        {
            FilePreamble.Check(file.Read(0, FilePreamble.Size), owner.Kind, path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static BlockFile Open(string path, BlockOwner owner, ChainSealing sealing) =>
        TryOpen(path, owner, sealing) ?? throw new RepositoryDamagedException(path, "is missing");

    /// <summary>A small file that is one block; null when it is not there.</summary>
    public static byte[]? TryReadSingle(string path, BlockOwner owner, BlockKind blockKind, ChainSealing sealing)
    {
        using var file = TryOpen(path, owner, sealing);
        if (file is null)
        {
            return null;
        }

        var plain = file.ReadBlock(FilePreamble.Size, blockKind, out var next);
        return next == file.Length ? plain : throw file.Damaged(next, "bytes follow the only block");
    }

    public static byte[] BuildSingle(BlockOwner owner, BlockKind blockKind, ReadOnlySpan<byte> plain, ChainSealing sealing)
    {
        using var codec = new BlockCodec(sealing, owner);
        return [.. FilePreamble.Build(owner.Kind), .. codec.Encode(blockKind, plain, FilePreamble.Size)];
    }

    /// <summary>The plain bytes of the block at <paramref name="offset"/>, which must be of this kind.</summary>
    public byte[] ReadBlock(long offset, BlockKind kind, out long next)
    {
        var plain = ReadBlock(offset, out var found, out next);
        return found == kind ? plain : throw Damaged(offset, $"a block of kind {found} where {kind} is due");
    }

    public byte[] ReadBlock(long offset, out BlockKind kind, out long next)
    {
        try
        {
            var header = BlockCodec.DecodeHeader(Read(offset, BlockCodec.HeaderSize));
            kind = header.Kind;
            next = offset + header.TotalLength;
            if (next > Length)
            {
                throw new InvalidDataException($"truncated: the block ends at {next}, the file at {Length}");
            }

            return codec.Decode(header, Read(offset, (int)header.TotalLength), offset);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(offset, e.Message);
        }
    }

    /// <summary>Up to <paramref name="count"/> bytes; fewer at the end.</summary>
    public byte[] Read(long offset, int count)
    {
        var bytes = new byte[Math.Clamp(Length - offset, 0, count)];
        var read = UnixFile.ReadFully(handle, bytes, offset, Path);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    public RepositoryDamagedException Damaged(long offset, string finding) => new(Path, $"at offset {offset}: {finding}");

    public void Dispose()
    {
        handle.Dispose();
        codec.Dispose();
    }
}
