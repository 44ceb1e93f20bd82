using System.Globalization;
using Grpc.Core;

namespace Cairn.Simulation.Network;

/// <summary>
/// What every call has: a caller that waits no longer than its deadline, a way there and back, and a method that may run once more than asked for.
/// <see cref="Begin"/> is called once; everything else may come at any time, in any order, or never.
/// </summary>
internal abstract class SimulatedCall<TRequest, TResponse> : ISimulatedCall
    where TRequest : class
    where TResponse : class
{
    private readonly SimulatedNetwork network;
    private readonly CallOptions options;
    private readonly Lock gate = new();
    private SimulatedContext? context;
    private Endpoint? server;
    private ITimer? deadline;
    private CancellationTokenRegistration cancellation;
    private TimeSpan lastUp;
    private TimeSpan lastDown;
    private bool isOver;

    protected SimulatedCall(
        SimulatedNetwork network, Endpoint from, string to, Method<TRequest, TResponse> method, CallOptions options)
    {
        this.network = network;
        this.options = options;
        From = from;
        To = to;
        Method = method;
        Key = network.Count($"{from.Name} to {to} {method.Name}");
    }

    /// <inheritdoc/>
    public string Key { get; }

    /// <inheritdoc/>
    public Endpoint From { get; }

    /// <inheritdoc/>
    public string To { get; }

    protected Method<TRequest, TResponse> Method { get; }

    /// <summary>
    /// Names a message of a stream by when it is sent and not by its number: how many states a watcher is told of at one moment is the threads' chance.
    /// </summary>
    protected string Moment => string.Create(CultureInfo.InvariantCulture, $"message at {network.Time.Elapsed.Ticks}");

    /// <summary>How it ended; only when it has.</summary>
    public Status Status { get; private set; }

    /// <summary>Sends it off.</summary>
    public void Begin()
    {
        From.Add(this);
        if (options.Deadline is { } until)
        {
            var left = until - From.Clock.GetUtcNow().UtcDateTime;
            deadline = From.Clock.CreateTimer(
                _ => GiveUp(StatusCode.DeadlineExceeded, "the deadline has passed"),
                state: null,
                left > TimeSpan.Zero ? left : TimeSpan.Zero,
                Timeout.InfiniteTimeSpan);
        }

        cancellation = options.CancellationToken.UnsafeRegister(
            static call => ((SimulatedCall<TRequest, TResponse>)call!).GiveUp(StatusCode.Cancelled, "cancelled"), this);
        if (options.CancellationToken.IsCancellationRequested)
        {
            return;
        }

        Up("request", () => Arrive(again: false));
        if (Method.Type == MethodType.Unary && network.Duplicates(Key))
        {
            Up("request again", () => Arrive(again: true));
        }
    }

    /// <summary>The caller does not want it any more.</summary>
    public void GiveUp(StatusCode code, string detail)
    {
        if (End(new Status(code, detail)))
        {
            network.Send(From.Name, To, $"{Key} cancel", BreakAtServer, BreakAtServer);
        }
    }

    /// <inheritdoc/>
    public void BreakAtClient(string reason)
    {
        if (From.IsAlive)
        {
            End(new Status(StatusCode.Unavailable, reason));
        }
    }

    /// <inheritdoc/>
    public void BreakAtServer()
    {
        SimulatedContext? running;
        lock (gate)
        {
            running = server is { IsAlive: true } ? context : null;
        }

        running?.Cancel();
    }

    /// <summary>Sends something of this call to the server, behind what was sent before.</summary>
    protected void Up(string what, Action arrive) =>
        lastUp = network.Send(From.Name, To, $"{Key} {what}", arrive, Lost, lastUp);

    /// <summary>Sends something of this call to the client, behind what was sent before.</summary>
    protected void Down(string what, Action arrive) => lastDown = network.Send(
        To,
        From.Name,
        $"{Key} {what}",
        () =>
        {
            if (From.IsAlive)
            {
                arrive();
            }
        },
        Lost,
        lastDown);

    /// <summary>Ends the call for its caller; false when it had ended.</summary>
    protected bool End(Status status, Metadata? trailers = null)
    {
        lock (gate)
        {
            if (isOver)
            {
                return false;
            }

            isOver = true;
            Status = status;
        }

        deadline?.Dispose();
        cancellation.Unregister();
        From.Remove(this);
        Ended(status, trailers ?? []);
        return true;
    }

    /// <summary>Runs the method and tells its answer down; called on the server's side.</summary>
    protected abstract Task ServeAsync(ServedMethods methods, SimulatedContext context);

    /// <summary>Tells the caller that it is over.</summary>
    protected abstract void Ended(Status status, Metadata trailers);

    private void Lost()
    {
        BreakAtClient("connection reset");
        BreakAtServer();
    }

    private void Arrive(bool again)
    {
        if (network.Find(To) is not { Methods: { } methods } there)
        {
            Down("refusal", () => End(new Status(StatusCode.Unavailable, "connection refused")));
            return;
        }

        var left = options.Deadline - From.Clock.GetUtcNow().UtcDateTime;
        var serving = new SimulatedContext(Method.FullName, From.Name, left, there.Clock);
        if (again)
        {
            // Its answer is nobody's.
            _ = RunAsync(methods, serving, there, tell: false);
            return;
        }

        lock (gate)
        {
            (context, server) = (serving, there);
        }

        there.Add(this);
        _ = RunAsync(methods, serving, there, tell: true);
    }

    private async Task RunAsync(ServedMethods methods, SimulatedContext serving, Endpoint there, bool tell)
    {
        using (serving)
        {
            try
            {
                if (tell)
                {
                    await ServeAsync(methods, serving);
                }
                else
                {
                    await ServeUnheardAsync(methods, serving);
                }
            }
            catch (Exception failure)
            {
                if (tell && there.IsAlive)
                {
                    var answer = Wire.Failure(failure, serving);
                    Down("failure", () => End(answer.Status, answer.Trailers));
                }
            }
            finally
            {
                if (tell)
                {
                    there.Remove(this);
                }
            }
        }
    }

    /// <summary>Runs a method whose answer goes nowhere.</summary>
    protected abstract Task ServeUnheardAsync(ServedMethods methods, SimulatedContext context);

    protected static RpcException Exception(Status status, Metadata trailers) => new(status, trailers);

    /// <summary>True while the process that serves it lives.</summary>
    protected bool IsServerAlive
    {
        get
        {
            lock (gate)
            {
                return server is { IsAlive: true };
            }
        }
    }
}
