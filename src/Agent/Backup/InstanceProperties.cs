namespace Cairn.Agent.Backup;

/// <summary>One instance's part. <paramref name="Record"/> is the engine's own JSON, for the engine only.</summary>
internal sealed record InstanceProperties(
    string Name,
    string Engine,
    string Version,
    IReadOnlyList<string> Roles,
    IReadOnlyList<string> Leads,
    IReadOnlyList<AddressProperties> Addresses,
    IReadOnlyList<RootProperties> Roots,
    string Record);
