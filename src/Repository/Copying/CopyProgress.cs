namespace Cairn.Repository;

/// <summary>
/// How far a copy, a verification or a restore has come. Totals are null where nobody knows them beforehand (a source
/// that is walked while it is copied); bytes are plain, uncompressed bytes, carried-over ones included.
/// </summary>
public sealed record CopyProgress(long FilesDone, long? FilesTotal, long BytesDone, long? BytesTotal);
