namespace Cairn.Coordinator.Compatibility;

/// <summary>Where and for which cluster the requests of existing backup scripts are answered.</summary>
internal sealed class CompatibilityOptions
{
    /// <summary>Address and port of its own, HTTP/1.1 over TLS; with --insecure plain, on loopback only. Required.</summary>
    public string? Listen { get; set; }

    /// <summary>The cluster whose jobs they start: such requests name none. Required.</summary>
    public string? Cluster { get; set; }
}
