using Grpc.Core;

namespace Cairn.Shared.Security;

/// <summary>The one place where a running call keeps who makes it.</summary>
public static class CurrentCaller
{
    private static readonly object Key = new();

    /// <summary>Who makes the call.</summary>
    /// <exception cref="InvalidOperationException">Nobody has decided that: the call did not pass the access check.</exception>
    public static Caller Of(ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var caller)
            ? (Caller)caller
            : throw new InvalidOperationException($"the caller of {context.Method} was never identified");

    /// <summary>Records who makes the call; once, before the method runs.</summary>
    public static void Set(ServerCallContext context, Caller caller) => context.UserState.Add(Key, caller);
}
