namespace Cairn.Repository;

/// <summary>
/// Looks at every piece of a source file right after it was read and before it is stored, and may have it read again. Called for
/// one piece at a time, in the order of their offsets; pieces that lie in a hole are not shown. Must not throw for what it finds.
/// </summary>
public interface IPieceCheck
{
    /// <summary>
    /// Looks at the piece that begins at <paramref name="offset"/>. Returns how long to wait before it is read again and shown with
    /// the next <paramref name="attempt"/> (they count from 1), or null when it can be stored as it is.
    /// </summary>
    TimeSpan? Look(ReadOnlySpan<byte> piece, long offset, int attempt);
}
