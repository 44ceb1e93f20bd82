namespace Cairn.Shared.Security;

/// <summary>Who makes a call. Decided once per call, before anything else looks at it.</summary>
/// <param name="Kind">What the caller proved to be.</param>
/// <param name="Name">The node's or user's name, the coordinator's id; empty when anonymous.</param>
/// <param name="Role">A user's role; null for every other kind, and for a user whose role nobody has looked up yet.</param>
/// <param name="Address">The address it calls from, without the port; null when there is none.</param>
/// <param name="Refusal">
/// Why the credential that it showed was not accepted; null when it showed none, or a good one. Whoever has one is
/// anonymous.
/// </param>
public sealed record Caller(CallerKind Kind, string Name, Role? Role, string? Address, CallerRefusal? Refusal)
{
    /// <summary>A caller who showed nothing.</summary>
    public static Caller Nobody(string? address) => new(CallerKind.Anonymous, "", Role: null, address, Refusal: null);

    /// <summary>A caller whose credential was not accepted.</summary>
    public static Caller Refused(string? address, CallerRefusal refusal) =>
        new(CallerKind.Anonymous, "", Role: null, address, refusal);
}
