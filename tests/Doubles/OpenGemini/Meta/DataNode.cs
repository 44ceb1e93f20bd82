namespace OpenGeminiDouble.Meta;

/// <summary>A store: its id, its write address, its read address.</summary>
internal sealed record DataNode(long Id, string Ingest, string Select);
