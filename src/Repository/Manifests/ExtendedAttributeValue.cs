namespace Cairn.Repository;

/// <summary>One extended attribute; an ACL is one too (<c>system.posix_acl_access</c>, <c>system.posix_acl_default</c>).</summary>
/// <param name="Name">With its namespace, such as <c>user.comment</c>; 1 to 255 bytes.</param>
/// <param name="Value">At most 64 KiB.</param>
public sealed record ExtendedAttributeValue(string Name, ReadOnlyMemory<byte> Value);
