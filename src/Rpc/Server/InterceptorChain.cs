using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>The interceptors of one call, innermost first, which is the order in which they are wrapped.</summary>
internal sealed class InterceptorChain : IAsyncDisposable
{
    private readonly List<Activated<Interceptor>> interceptors = [];

    private InterceptorChain()
    {
    }

    public IEnumerable<Interceptor> InnermostFirst => interceptors.Select(i => i.Instance).Reverse();

    public static async ValueTask<InterceptorChain> CreateAsync(
        IReadOnlyList<InterceptorRegistration> registrations, IServiceProvider services)
    {
        var chain = new InterceptorChain();
        try
        {
            foreach (var registration in registrations)
            {
                chain.interceptors.Add(registration.Activate(services));
            }

            return chain;
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var interceptor in interceptors)
        {
            await interceptor.DisposeAsync().ConfigureAwait(false);
        }
    }
}
