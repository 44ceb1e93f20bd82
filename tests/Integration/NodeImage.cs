using Cairn.TestKit.Trees;

namespace Cairn.Integration;

/// <summary>What a node's three directories held at one time.</summary>
public sealed record NodeImage(TreeImage Data, TreeImage Wal, TreeImage Meta);
