using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>A copy's position as its <c>raft.meta</c> was captured.</summary>
internal sealed record PositionEvidence(
    string Database, long Partition, ulong RaftId, ulong Term, ulong Commit, ulong SnapshotIndex, IReadOnlyList<ulong> Voters);

/// <summary>A copy's log as its entry files were captured.</summary>
internal sealed record LogEvidence(string Database, long Partition, ulong First, ulong Last, ulong LastTerm);

/// <summary>A replica group as the catalogue names it; members are partition ids.</summary>
internal sealed record GroupEvidence(string Database, long Id, long Master, IReadOnlyList<long> Members);

/// <summary>
/// What a step hands over for the check of the cut. JSON; every step fills its own part. Read back as input from the network:
/// bounded, unknown members refused.
/// </summary>
internal sealed record Evidence
{
    /// <summary>The largest evidence of a step; the contract's bound.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 8,
    };

    /// <summary>1; another is refused.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>True when the instance was stopped.</summary>
    public bool Cold { get; init; }

    /// <summary>True when writes were blocked.</summary>
    public bool Exact { get; init; }

    /// <summary>True when some databases only were taken.</summary>
    public bool Selected { get; init; }

    /// <summary>Of the step raft-positions.</summary>
    public IReadOnlyList<PositionEvidence>? Positions { get; init; }

    /// <summary>Of the step logs.</summary>
    public IReadOnlyList<LogEvidence>? Logs { get; init; }

    /// <summary>Of the step metadata: the replica groups; null when the catalogue could not be read (stopped).</summary>
    public IReadOnlyList<GroupEvidence>? Groups { get; init; }

    /// <summary>Of the step metadata: names of caveats that the catalogue gives rise to.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>True when the server's own backup took it.</summary>
    public bool Native { get; init; }

    /// <summary>Of a native backup: the address of the store whose data it holds.</summary>
    public string? Store { get; init; }

    /// <summary>Of a native backup's catalogue: the addresses of all stores, each of which must have a part.</summary>
    public IReadOnlyList<string>? Stores { get; init; }

    /// <summary>The bytes that travel.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/> when they are too many.</exception>
    public ReadOnlyMemory<byte> ToBytes()
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this, Options);
        return bytes.Length <= MaxBytes ? bytes : throw new CairnException(
            ErrorCode.Unsupported,
            $"the positions of this node's replicated partitions need {bytes.Length} bytes, {MaxBytes} may travel",
            "this many replicated databases per node cannot be backed up yet");
    }

    /// <summary>Reads what travelled.</summary>
    /// <exception cref="InvalidDataException">It is not evidence of this engine.</exception>
    public static Evidence Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new InvalidDataException($"evidence of {bytes.Length} bytes");
        }

        try
        {
            return JsonSerializer.Deserialize<Evidence>(bytes.Span, Options) is { Schema: 1 } evidence
                ? evidence
                : throw new InvalidDataException("evidence of an unknown schema");
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"evidence that is not what it should be: {wrong.Message}", wrong);
        }
    }
}
