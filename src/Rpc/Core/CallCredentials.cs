namespace Grpc.Core;

/// <summary>What proves the caller's identity, call by call.</summary>
public abstract class CallCredentials
{
    private protected CallCredentials()
    {
    }

    /// <summary>Several credentials, applied in order.</summary>
    /// <exception cref="ArgumentException">Fewer than two are given.</exception>
    public static CallCredentials Compose(params CallCredentials[] credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new ComposedCallCredentials(credentials);
    }

    /// <summary>Credentials that <paramref name="interceptor"/> adds to each call's headers.</summary>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new InterceptorCallCredentials(interceptor);
    }

    /// <summary>Adds the credentials to <paramref name="metadata"/>.</summary>
    internal abstract Task ApplyAsync(AuthInterceptorContext context, Metadata metadata);
}
