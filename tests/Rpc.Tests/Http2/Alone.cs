namespace Rpc.Tests.Http2;

/// <summary>Tests that measure this process, so that nothing else may run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
