namespace Cairn.Repository;

/// <summary>How closely a point is looked at.</summary>
public enum VerifyLevel
{
    /// <summary>Record and manifest are whole, every pack is there and long enough. Reads no data.</summary>
    Presence = 1,

    /// <summary>Also every segment is read, unpacked and hashed.</summary>
    Hash = 2,

    /// <summary>Also the whole point is restored into a scratch directory, and what is there is held against the manifest.</summary>
    Restore = 3,
}
