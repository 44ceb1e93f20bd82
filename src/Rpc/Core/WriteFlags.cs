using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>How one message is written.</summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "The name that every user of gRPC knows.")]
public enum WriteFlags
{
    /// <summary>The message may wait in a buffer for the next one.</summary>
    BufferHint = 0x1,

    /// <summary>The message is not compressed.</summary>
    NoCompress = 0x2,
}
