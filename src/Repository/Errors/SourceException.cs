namespace Cairn.Repository;

/// <summary>A source file vanished, changed while it was read, is no regular file or cannot be read.</summary>
public sealed class SourceException : RepositoryException
{
    internal SourceException(string path, string physicalPath, SourceTrouble trouble, string finding, Exception? inner = null)
        : base(RepositoryErrorCode.Source, path, $"{path} (read from {physicalPath}): {finding}", wayOut: "capture again; check the rights on the file if it cannot be read", inner)
        => (Trouble, Finding) = (trouble, finding);

    /// <summary>What kind of trouble it is.</summary>
    public SourceTrouble Trouble { get; }

    /// <summary>What was found, without the path.</summary>
    public string Finding { get; }
}
