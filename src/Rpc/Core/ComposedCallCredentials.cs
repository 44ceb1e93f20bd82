namespace Grpc.Core;

/// <summary>Several credentials, applied in order.</summary>
internal sealed class ComposedCallCredentials : CallCredentials
{
    private readonly CallCredentials[] parts;

    public ComposedCallCredentials(CallCredentials[] parts)
    {
        if (parts.Length < 2)
        {
            throw new ArgumentException("At least two credentials are needed to compose.", nameof(parts));
        }

        this.parts = [.. parts];
    }

    internal override async Task ApplyAsync(AuthInterceptorContext context, Metadata metadata)
    {
        foreach (var part in parts)
        {
            await part.ApplyAsync(context, metadata).ConfigureAwait(false);
        }
    }
}
