namespace Cairn.Repository;

/// <summary>What the copy did; returned once packs and journal are durable.</summary>
public sealed record PreparedPoint
{
    /// <summary>The point.</summary>
    public required PointId Point { get; init; }

    /// <summary>True when a base was asked for and this node has not got it whole: everything was read and stored.</summary>
    public required bool FullInsideChain { get; init; }

    /// <summary>Regular files in the point.</summary>
    public required long Files { get; init; }

    /// <summary>Directories in the point.</summary>
    public required long Directories { get; init; }

    /// <summary>Symbolic links in the point.</summary>
    public required long Symlinks { get; init; }

    /// <summary>Plain bytes of all files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Files taken over from the base unread, because they are proved unchanged.</summary>
    public required long CarriedFiles { get; init; }

    /// <summary>Plain bytes of <see cref="CarriedFiles"/>.</summary>
    public required long CarriedBytes { get; init; }

    /// <summary>Plain bytes taken over from an interrupted copy of the same point.</summary>
    public required long ResumedBytes { get; init; }

    /// <summary>Plain bytes that the chain had not held before.</summary>
    public required long NewBytes { get; init; }

    /// <summary>Bytes that this point added to the packs.</summary>
    public required long NewStoredBytes { get; init; }

    /// <summary>Files that were gone when their turn came (only those that may vanish).</summary>
    public required long VanishedFiles { get; init; }

    /// <summary>Files that had grown since they were listed (only those that may vanish); the listed length is kept.</summary>
    public required long GrownFiles { get; init; }

    /// <summary>Files that could not be read (only where source trouble is allowed).</summary>
    public long UnreadableFiles { get; init; }

    /// <summary>Files that changed while they were read (only where source trouble is allowed).</summary>
    public long ChangedFiles { get; init; }

    /// <summary>Devices, sockets, pipes and the like (only where source trouble is allowed).</summary>
    public long NotBackedUp { get; init; }

    /// <summary>Further names of files; counted in <see cref="Files"/> too, their bytes are not.</summary>
    public long HardLinks { get; init; }
}
