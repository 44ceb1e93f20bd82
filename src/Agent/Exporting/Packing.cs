using System.IO.Compression;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Exporting;

/// <summary>How an exported tar is compressed; at most one of the two is set.</summary>
internal readonly record struct Packing(int? Gzip, int? Zstd)
{
    /// <summary>What the archive's name ends with.</summary>
    public string Extension => Gzip is not null ? ".tar.gz" : Zstd is not null ? ".tar.zst" : ".tar";

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Fault() => this switch
    {
        { Gzip: not null, Zstd: not null } => "gzip and zstd exclude each other",
        { Gzip: < 1 or > 9 } => "gzip takes 1 to 9",
        { Zstd: < 1 or > 19 } => "zstd takes 1 to 19",
        _ => null,
    };

    /// <summary>Writes a point to a stream as a tar.</summary>
    public async Task<ExportReport> WriteAsync(
        INodeRepository repository, PointId point, ExportRequest request, Stream destination, CancellationToken cancellationToken)
    {
        if (this == default)
        {
            return await repository.ExportTarAsync(point, request, destination, cancellationToken);
        }

        await using Stream packed = Zstd is { } level
            ? new ZstdFrameStream(destination, level)
            : new GZipStream(destination, new ZLibCompressionOptions { CompressionLevel = Gzip!.Value }, leaveOpen: true);
        return await repository.ExportTarAsync(point, request, packed, cancellationToken);
    }

    /// <summary>
    /// Writes a point to a file that is not there yet, and tells <paramref name="onWritten"/> how many bytes it has. Under another name
    /// until it is whole: half an archive must not pass for one.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PathUnusable"/>, <see cref="ErrorCode.InputOutput"/>.</exception>
    public async Task<ExportReport> WriteFileAsync(
        INodeRepository repository, PointId point, ExportRequest request, string path, Action<long> onWritten, CancellationToken cancellationToken)
    {
        var partial = path + ".partial";
        if (File.Exists(path))
        {
            throw new CairnException(ErrorCode.PathUnusable, $"{path} is there already", "name another file, or remove it", subject: path);
        }

        try
        {
            ExportReport report;
            await using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
            {
                await using var counted = new CountingStream(file, onWritten);
                report = await WriteAsync(repository, point, request, counted, cancellationToken);
                await counted.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: false);
            return report;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CairnException(ErrorCode.InputOutput, $"{path}: {failure.Message}", "name a file that can be written, with room for the point", subject: path, cause: failure);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
