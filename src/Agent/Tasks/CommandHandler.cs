using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Agent.Tasks;

/// <summary>A handler of one message type, made out of a method.</summary>
internal sealed class CommandHandler<TRequest>(
    string kind, Func<TRequest, IProgress<Progress>, CancellationToken, Task<TaskStatus>> run) : ICommandHandler
    where TRequest : class, IMessage<TRequest>, new()
{
    public string Kind => kind;

    public MessageParser Parser { get; } = new MessageParser<TRequest>(() => new TRequest());

    public AfterRestart AfterRestart { get; init; } = AfterRestart.Resume;

    public bool Supersedes { get; init; }

    public bool CanBeSuperseded { get; init; }

    /// <summary>See <see cref="ICommandHandler.SerialJob"/>; the header's job when not set.</summary>
    public Func<TRequest, string>? JobOf { get; init; }

    public string SerialJob(IMessage request) =>
        JobOf?.Invoke((TRequest)request) ?? CommandHeaders.Of(request).JobId;

    public Task<TaskStatus> RunAsync(
        IMessage request, IProgress<Progress> progress, CancellationToken cancellationToken) =>
        run((TRequest)request, progress, cancellationToken);
}
