using System.ComponentModel.DataAnnotations;

namespace Cairn.Shared.Security;

/// <summary>
/// What one peer may take of a daemon, as the operator writes it under <c>peers:</c>. Both daemons have the same. Calls on one
/// connection and the sizes of headers are fixed: <see cref="Serving.ServerTransport"/>.
/// </summary>
public sealed class PeerLimitsOptions
{
    /// <summary>Open connections in all. More costs memory, some 50 KiB each. Default 4096.</summary>
    [Range(8, 100_000)]
    public int Connections { get; set; } = 4096;

    /// <summary>Open connections from one address (IPv6: from one /64). Default 64.</summary>
    [Range(2, 100_000)]
    public int ConnectionsPerAddress { get; set; } = 64;

    /// <summary>The largest request message in KiB, checked before it is held in memory. Default 16384.</summary>
    [Range(64, 65_536)]
    public int RequestKibibytes { get; set; } = 16 * 1024;

    /// <summary>Refused credentials from one address before it has to wait. Default 5.</summary>
    [Range(1, 1000)]
    public int FailuresAllowed { get; set; } = 5;

    /// <summary>Seconds of the first wait; each further refused credential doubles it. Default 1.</summary>
    [Range(1, 3600)]
    public int LockOutSeconds { get; set; } = 1;

    /// <summary>Seconds that a wait is at most. Default 300.</summary>
    [Range(1, 86_400)]
    public int LockOutMaxSeconds { get; set; } = 300;
}
