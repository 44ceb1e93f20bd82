using Cairn.TestKit;

namespace Cairn.Integration;

/// <summary>
/// Everything that uses openGemini's fixed addresses (127.0.0.1 to 3, 127.0.0.11): one test at a time, and one run of the
/// suite at a time on a machine.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FixedAddresses : ICollectionFixture<FixedAddresses.Held>
{
    public const string Name = "fixed addresses";

    /// <summary>The machine's lock on the addresses, waited for.</summary>
    public sealed class Held : IAsyncLifetime
    {
        private IDisposable? held;

        public Task InitializeAsync() => Eventually.HoldsAsync(
            "no other run uses the fixed addresses",
            () => (held = MachineLock.TryTake("cairn-fixed-addresses")) is not null,
            TimeSpan.FromMinutes(10),
            CancellationToken.None);

        public Task DisposeAsync()
        {
            held?.Dispose();
            return Task.CompletedTask;
        }
    }
}
