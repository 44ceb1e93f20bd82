namespace OpenGeminiDouble.Meta;

/// <summary>A partition and the store that owns it.</summary>
internal sealed record Partition(int Id, DataNode Owner);
