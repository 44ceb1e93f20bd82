using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>
/// A piece of the copy on its way: raw bytes and steps from the reader, records from the packer. It belongs to one stage at a time and is used again.
/// </summary>
internal sealed class CopyBatch : IDisposable
{
    public const int RawCapacity = 4 * 1024 * 1024;
    public const int MaxOperations = 1024;

    private readonly List<CopyOperation> operations = new(MaxOperations);
    private readonly UnmanagedBuffer raw = UnmanagedBuffer.OfHugePages(RawCapacity);
    private readonly UnmanagedBuffer packedBytes = UnmanagedBuffer.OfHugePages(PackedCapacity);
    private TaskCompletionSource packed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Memory that one batch takes.</summary>
    public static long Footprint => RawCapacity + (long)PackedCapacity;

    public Span<byte> Raw => raw.Span;

    public Span<byte> Packed => packedBytes.Span;

    public int RawUsed { get; private set; }

    public bool IsEmpty => operations.Count == 0;

    public Span<CopyOperation> Operations => CollectionsMarshal.AsSpan(operations);

    /// <summary>Completes when the packer is done with it.</summary>
    public Task WhenPacked => packed.Task;

    private static int PackedCapacity => RawCapacity + (MaxOperations * (SegmentRecord.HeaderSize + ChainSealing.MaxOverhead));

    public bool HasRoomFor(int rawBytes, int newOperations) => operations.Count + newOperations <= MaxOperations && RawUsed + rawBytes <= RawCapacity;

    public void Add(in CopyOperation operation) => operations.Add(operation);

    public void AddRaw(int length)
    {
        operations.Add(new CopyOperation { Step = CopyStep.Raw, RawOffset = RawUsed, RawLength = length });
        RawUsed += length;
    }

    public void SetPacked() => packed.SetResult();

    public void Clear()
    {
        operations.Clear();
        RawUsed = 0;
        packed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Dispose()
    {
        raw.Dispose();
        packedBytes.Dispose();
    }
}
