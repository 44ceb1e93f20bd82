namespace Cairn.Shared.Security.Certificates;

/// <summary>
/// An agent's: it obeys its coordinator and nobody else, so there is nobody whom it would have to hear about.
/// </summary>
public sealed class NoRevocations : IRevocations
{
    /// <inheritdoc/>
    public CallerRefusal? Find(PeerIdentity identity, DateTimeOffset notBefore) => null;
}
