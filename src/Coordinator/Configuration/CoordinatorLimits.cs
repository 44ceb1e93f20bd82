namespace Cairn.Coordinator.Configuration;

/// <summary>The checked limits, as the flows use them.</summary>
internal sealed record CoordinatorLimits
{
    /// <inheritdoc cref="LimitsOptions.CallSeconds"/>
    public required TimeSpan Call { get; init; }

    /// <inheritdoc cref="LimitsOptions.HeartbeatSeconds"/>
    public required TimeSpan Heartbeat { get; init; }

    /// <inheritdoc cref="LimitsOptions.PatienceSeconds"/>
    public required TimeSpan Patience { get; init; }

    /// <inheritdoc cref="LimitsOptions.PrecheckSeconds"/>
    public required TimeSpan Precheck { get; init; }

    /// <inheritdoc cref="LimitsOptions.CaptureStepSeconds"/>
    public required TimeSpan CaptureStep { get; init; }

    /// <inheritdoc cref="LimitsOptions.CaptureLeaseSeconds"/>
    public required TimeSpan CaptureLease { get; init; }

    /// <inheritdoc cref="LimitsOptions.CaptureMaxAgeSeconds"/>
    public required TimeSpan CaptureMaxAge { get; init; }

    /// <inheritdoc cref="LimitsOptions.FreeFloorMebibytes"/>
    public required long FreeFloorBytes { get; init; }

    /// <inheritdoc cref="LimitsOptions.BulkSeconds"/>
    public required TimeSpan Bulk { get; init; }

    /// <inheritdoc cref="LimitsOptions.CommandSeconds"/>
    public required TimeSpan Command { get; init; }

    /// <inheritdoc cref="LimitsOptions.OwedSeconds"/>
    public required TimeSpan Owed { get; init; }

    /// <inheritdoc cref="LimitsOptions.StallSeconds"/>
    public TimeSpan Stall { get; init; } = TimeSpan.FromMinutes(30);

    /// <inheritdoc cref="LimitsOptions.ResumeSeconds"/>
    public TimeSpan Resume { get; init; } = TimeSpan.FromMinutes(10);

    /// <inheritdoc cref="LimitsOptions.CertificateHours"/>
    public TimeSpan Certificate { get; init; } = TimeSpan.FromDays(30);

    /// <inheritdoc cref="LimitsOptions.AuthorityDays"/>
    public TimeSpan Authority { get; init; } = TimeSpan.FromDays(3650);

    /// <inheritdoc cref="LimitsOptions.HandshakeSeconds"/>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A node is silent when it has missed this many heartbeats.</summary>
    public TimeSpan SilentAfter => Heartbeat * 3;

    /// <summary>The limits out of what the operator wrote; the ranges have been checked before.</summary>
    public static CoordinatorLimits From(LimitsOptions options) => new()
    {
        Call = TimeSpan.FromSeconds(options.CallSeconds),
        Heartbeat = TimeSpan.FromSeconds(options.HeartbeatSeconds),
        Patience = TimeSpan.FromSeconds(options.PatienceSeconds),
        Precheck = TimeSpan.FromSeconds(options.PrecheckSeconds),
        CaptureStep = TimeSpan.FromSeconds(options.CaptureStepSeconds),
        CaptureLease = TimeSpan.FromSeconds(options.CaptureLeaseSeconds),
        CaptureMaxAge = TimeSpan.FromSeconds(options.CaptureMaxAgeSeconds),
        FreeFloorBytes = options.FreeFloorMebibytes * 1024L * 1024L,
        Bulk = TimeSpan.FromSeconds(options.BulkSeconds),
        Command = TimeSpan.FromSeconds(options.CommandSeconds),
        Owed = TimeSpan.FromSeconds(options.OwedSeconds),
        Stall = TimeSpan.FromSeconds(options.StallSeconds),
        Resume = TimeSpan.FromSeconds(options.ResumeSeconds),
        Certificate = TimeSpan.FromHours(options.CertificateHours),
        Authority = TimeSpan.FromDays(options.AuthorityDays),
        Handshake = TimeSpan.FromSeconds(options.HandshakeSeconds),
    };
}
