using Cairn.Shared.Identifiers;
using Google.Protobuf;

namespace Cairn.Coordinator.Catalog;

/// <summary>One command that one agent is owed.</summary>
/// <param name="Request">The command's message without its header.</param>
/// <param name="Attempt">The number of the next delivery.</param>
/// <param name="NotBefore">Until then its job may be taken up again, and then nothing is owed.</param>
internal sealed record OwedRecord(
    long Id, string Node, string Cluster, JobId JobId, OwedCommand Command, ByteString Request, int Attempt, DateTimeOffset NotBefore);
