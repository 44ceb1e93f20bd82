namespace OpenGeminiDouble.Meta;

/// <summary>Where a shard lies, as the catalogue says.</summary>
internal sealed record ShardPlace(int Partition, long Id, long IndexId, long StartNs, long EndNs, long Group)
{
    public string ShardDirectory => $"{Id}_{StartNs}_{EndNs}_{IndexId}";
}
