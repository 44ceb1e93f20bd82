namespace Cairn.Repository;

/// <summary>What an export wrote.</summary>
/// <param name="Entries">Files, directories and links.</param>
/// <param name="Bytes">Plain bytes of the files, holes counted.</param>
public sealed record ExportReport(long Entries, long Bytes);
