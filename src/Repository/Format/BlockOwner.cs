using System.Text;

namespace Cairn.Repository;

/// <summary>Which file a block belongs to: its kind, and the name of what it is about (a point's id; for a journal with the attempt; empty for what is never sealed).</summary>
internal readonly record struct BlockOwner(FileKind Kind, string Name)
{
    /// <summary>The kind's magic and the name in UTF-8.</summary>
    public byte[] ToBytes() => [.. FilePreamble.Magic(Kind), .. Encoding.UTF8.GetBytes(Name)];
}
