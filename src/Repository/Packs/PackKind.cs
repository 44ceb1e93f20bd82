namespace Cairn.Repository;

/// <summary>What a pack is for. Pages and data are parted, so that listing a point reads little and in one go.</summary>
internal enum PackKind : byte
{
    Data = 1,
    Pages = 2,
}
