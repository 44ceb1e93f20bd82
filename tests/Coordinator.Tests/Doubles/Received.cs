using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Coordinator.Tests.Doubles;

/// <summary>One command that an agent double accepted as new.</summary>
internal sealed record Received(string Kind, string Step, CommandHeader Header, IMessage Request);
