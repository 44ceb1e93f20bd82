namespace Cairn.Repository;

/// <summary>What went wrong, stable for programs.</summary>
public enum RepositoryErrorCode
{
    /// <summary>The path holds something that is no Cairn repository.</summary>
    PathNotOurs = 1,

    /// <summary>The path holds no repository and none may be made.</summary>
    NotFound = 2,

    /// <summary>The repository was written in a format that this version does not read.</summary>
    UnsupportedFormat = 3,

    /// <summary>Another process writes to the repository.</summary>
    Locked = 4,

    /// <summary>A structure of the repository is damaged.</summary>
    Damaged = 5,

    /// <summary>The point is not there.</summary>
    PointNotFound = 6,

    /// <summary>Segments of the point are damaged.</summary>
    PointDamaged = 7,

    /// <summary>The point is not in the state that the call needs.</summary>
    PointState = 8,

    /// <summary>A source file vanished, changed, is no regular file or cannot be read.</summary>
    Source = 9,

    /// <summary>A source entry breaks a rule: path, duplicate, bound.</summary>
    InvalidEntry = 10,

    /// <summary>The restore's target cannot be used.</summary>
    RestoreTarget = 11,

    /// <summary>The system's libzstd is missing or too old.</summary>
    ZstdUnavailable = 12,

    /// <summary>The file system is full, or a quota is reached.</summary>
    NoSpace = 13,

    /// <summary>The operating system refused an operation.</summary>
    Io = 14,

    /// <summary>The repository was opened read-only.</summary>
    ReadOnly = 15,

    /// <summary>The repository is encrypted, and no key was given.</summary>
    KeyRequired = 16,

    /// <summary>No key slot opens with the key that was given.</summary>
    KeyWrong = 17,

    /// <summary>The key that was given is that of a removed slot.</summary>
    KeySlotRemoved = 18,

    /// <summary>A key slot, or a chain's key, is damaged.</summary>
    KeySlotDamaged = 19,

    /// <summary>A key was given, and the repository is not encrypted.</summary>
    NotEncrypted = 20,

    /// <summary>The slot is the last one that opens the repository.</summary>
    LastKeySlot = 21,

    /// <summary>There is no such key slot.</summary>
    KeySlotNotFound = 22,

    /// <summary>A passphrase or key file cannot be read, or holds neither.</summary>
    KeyMaterial = 23,
}
