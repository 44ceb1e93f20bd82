using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Agent.Tasks;

/// <summary>
/// Does what one kind of command asks. May be called again for the same task after a restart of the agent where
/// <see cref="AfterRestart"/> says so, and must then go on from what is on disk. One task of a job runs at a time.
/// </summary>
internal interface ICommandHandler
{
    /// <summary>The command's name in a task's state, e.g. "copy".</summary>
    string Kind { get; }

    /// <summary>The command's message type.</summary>
    MessageParser Parser { get; }

    /// <summary>What becomes of a task that ran when the agent died.</summary>
    AfterRestart AfterRestart { get; }

    /// <summary>True for a command that ends the job's running tasks that allow it, instead of waiting for them.</summary>
    bool Supersedes { get; }

    /// <summary>True when a superseding command may end it.</summary>
    bool CanBeSuperseded { get; }

    /// <summary>The job whose tasks it must not run beside; the header's, but for commands about another job.</summary>
    string SerialJob(IMessage request);

    /// <summary>Does it. Returns a state with only the result set, or an empty one.</summary>
    Task<TaskStatus> RunAsync(IMessage request, IProgress<Progress> progress, CancellationToken cancellationToken);
}
