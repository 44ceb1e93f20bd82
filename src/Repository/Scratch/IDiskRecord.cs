namespace Cairn.Repository;

/// <summary>A record of a <see cref="DiskTable{T}"/>: equality, order and hash code look at its key only.</summary>
internal interface IDiskRecord<T> : IEquatable<T>, IComparable<T>
    where T : unmanaged
{
    /// <summary>The first part of the order: a smaller key never has a larger prefix.</summary>
    ulong Prefix { get; }
}
