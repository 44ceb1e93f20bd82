using Cairn.V1;
using Grpc.Core;

namespace Cairn.Coordinator.Jobs;

/// <summary>Sends a command with the header given. Called once for each try; must make its message anew or leave it as it was.</summary>
internal delegate AsyncUnaryCall<V1.TaskStatus> TaskCall(
    Agent.AgentClient agent, CommandHeader header, CallOptions options, string node);

/// <summary>How long a task may take, and what may be done when it does not end well.</summary>
/// <param name="Limit">The whole task, on the agent too.</param>
/// <param name="Patience">How long the agent may be unreachable meanwhile.</param>
/// <param name="Repeatable">
/// True: a task that an agent's restart interrupted is sent again as a new one. Only for commands that are safe to do
/// twice.
/// </param>
internal sealed record TaskTerms(TimeSpan Limit, TimeSpan Patience, bool Repeatable);
