using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>The system's libzstd.</summary>
internal static partial class Zstd
{
    public const string Library = "libzstd.so.1";

    /// <summary>1.4.0: since then a context keeps its parameters, and may be used again after an error.</summary>
    private const uint MinVersion = 10400;

    /// <summary>Throws <see cref="ZstdUnavailableException"/>, so that a program says at its start what is missing.</summary>
    public static void EnsureAvailable(string library = Library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
        {
            throw new ZstdUnavailableException($"not found on this system (looked for {library})");
        }

        NativeLibrary.Free(handle);
        var version = VersionNumber();
        if (version < MinVersion)
        {
            throw new ZstdUnavailableException($"version {version / 10000}.{version / 100 % 100}.{version % 100} is too old");
        }
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_versionNumber")]
    private static partial uint VersionNumber();

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    internal static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    internal static partial nuint FreeCompressor(nint context);

    /// <summary>Parameters are the numbers of zstd.h: <c>ZSTD_cParameter</c>. They hold for all that the context compresses afterwards.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    internal static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress2")]
    internal static unsafe partial nuint Compress(nint context, byte* destination, nuint capacity, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    internal static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    internal static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    internal static unsafe partial nuint Decompress(nint context, byte* destination, nuint capacity, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    internal static partial uint IsError(nuint result);
}
