namespace Grpc.Core;

/// <summary>Carries deadline and cancellation of a call under service to the calls made for it.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
