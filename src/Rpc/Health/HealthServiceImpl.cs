using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.HealthCheck;

/// <summary>Keeps the state of services and tells it to whoever asks or watches. Thread-safe.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "The name that every user of gRPC knows.")]
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    /// <summary>The name under which the whole server is asked for.</summary>
    internal const string WholeServer = "";

    // As other implementations have it; it keeps the answer far below every limit of messages.
    private const int MostListed = 100;
    private readonly Lock gate = new();
    private readonly Dictionary<string, ServingStatus> statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ChannelWriter<ServingStatus>>> watchers = new(StringComparer.Ordinal);
    private ServingStatus? ofChecks;
    private bool isShutDown;

    /// <summary>Sets the state of a service; empty means the whole server.</summary>
    public void SetStatus(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        Change(() => statuses[service] = status);
    }

    /// <summary>Forgets a service: a check answers NOT_FOUND, watchers are told SERVICE_UNKNOWN.</summary>
    public void ClearStatus(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        Change(() => statuses.Remove(service));
    }

    /// <summary>Forgets all services.</summary>
    public void ClearAll() => Change(statuses.Clear);

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        var status = Find(request.Service)
            ?? throw new RpcException(new Status(StatusCode.NotFound, "The service is not registered for health checks."));
        return Task.FromResult(new HealthCheckResponse { Status = status });
    }

    /// <inheritdoc/>
    public override Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        var response = new HealthListResponse();
        lock (gate)
        {
            var known = ofChecks is null ? statuses.Keys : statuses.Keys.Append(WholeServer).Distinct(StringComparer.Ordinal);
            foreach (var service in known)
            {
                response.Statuses[service] = new HealthCheckResponse { Status = Find(service)!.Value };
            }
        }

        return response.Statuses.Count <= MostListed
            ? Task.FromResult(response)
            : throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"More than {MostListed} services are registered for health checks."));
    }

    /// <inheritdoc/>
    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // Only the newest state matters to a watcher that is slow.
        var changes = Channel.CreateBounded<ServingStatus>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        Join(request.Service, changes.Writer);
        try
        {
            ServingStatus? last = null;
            await foreach (var status in changes.Reader.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
            {
                if (status != last)
                {
                    last = status;
                    await responseStream.WriteAsync(new HealthCheckResponse { Status = status }).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Leave(request.Service, changes.Writer);
        }

        context.Status = new Status(StatusCode.Unavailable, "The server is shutting down.");
    }

    /// <summary>Sets what the checks of the application say of the whole server, unless it was set by name.</summary>
    internal void SetFromChecks(ServingStatus status) => Change(() => ofChecks = status);

    /// <summary>Says NOT_SERVING for everything from now on, and ends the watches.</summary>
    internal void ShutDown()
    {
        lock (gate)
        {
            isShutDown = true;
            foreach (var watcher in watchers.Values.SelectMany(list => list))
            {
                watcher.TryWrite(ServingStatus.NotServing);
                watcher.TryComplete();
            }
        }
    }

    private ServingStatus? Find(string service)
    {
        lock (gate)
        {
            ServingStatus? known = statuses.TryGetValue(service, out var status) ? status
                : service == WholeServer ? ofChecks : null;
            return isShutDown && known is not null ? ServingStatus.NotServing : known;
        }
    }

    private void Change(Action change)
    {
        lock (gate)
        {
            var before = watchers.Keys.ToDictionary(service => service, Find, StringComparer.Ordinal);
            change();
            foreach (var (service, list) in watchers)
            {
                var now = Find(service);
                if (now != before[service])
                {
                    list.ForEach(watcher => watcher.TryWrite(now ?? ServingStatus.ServiceUnknown));
                }
            }
        }
    }

    private void Join(string service, ChannelWriter<ServingStatus> watcher)
    {
        lock (gate)
        {
            if (!watchers.TryGetValue(service, out var list))
            {
                watchers[service] = list = [];
            }

            list.Add(watcher);
            watcher.TryWrite(Find(service) ?? ServingStatus.ServiceUnknown);
            if (isShutDown)
            {
                watcher.TryComplete();
            }
        }
    }

    private void Leave(string service, ChannelWriter<ServingStatus> watcher)
    {
        lock (gate)
        {
            var list = watchers[service];
            list.Remove(watcher);
            if (list.Count == 0)
            {
                watchers.Remove(service);
            }
        }
    }
}
