namespace Cairn.Repository;

/// <summary>The family of all failures of a repository that someone can act on.</summary>
public abstract class RepositoryException : Exception
{
    private protected RepositoryException(
        RepositoryErrorCode code, string subject, string message, string wayOut, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Subject = subject;
        WayOut = wayOut;
    }

    /// <summary>The stable code.</summary>
    public RepositoryErrorCode Code { get; }

    /// <summary>What it is about: a path, or a point's id.</summary>
    public string Subject { get; }

    /// <summary>What someone can do about it.</summary>
    public string WayOut { get; }
}
