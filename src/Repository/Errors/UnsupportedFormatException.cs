namespace Cairn.Repository;

/// <summary>The repository, or a file in it, was written in a format that this version does not read.</summary>
public sealed class UnsupportedFormatException : RepositoryException
{
    internal UnsupportedFormatException(string path, string found)
        : base(RepositoryErrorCode.UnsupportedFormat, path, $"{path}: format {found}; this version reads format 1 only", wayOut: "use the Cairn version that wrote it")
    {
    }
}
