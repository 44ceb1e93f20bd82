using Cairn.TestKit.Trees;

namespace Cairn.Integration.Sites;

/// <summary>What a node's three directories held at one time.</summary>
public sealed record NodeImage(TreeImage Data, TreeImage Wal, TreeImage Meta);
