using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>A file that only this process uses and that goes with it, whatever happens: it has no name once it is open.</summary>
internal sealed class ScratchFile : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly string path;

    /// <param name="directory">Where it is made, so that it fills the repository's disk and not the system's.</param>
    public ScratchFile(string directory)
    {
        path = Path.Combine(directory, $"scratch-{Guid.NewGuid():n}{DurableFile.TemporarySuffix}");
        handle = UnixFile.CreateNew(path, mode: 0x180);
        _ = FileLayer.Current.Unlink(path);
    }

    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        UnixFile.Write(handle, bytes, Length, path);
        Length += bytes.Length;
    }

    public int Read(Span<byte> buffer, long offset) => UnixFile.ReadFully(handle, buffer, offset, path);

    public void Dispose() => handle.Dispose();
}
