using System.ComponentModel.DataAnnotations;

namespace Cairn.Shared.Security;

/// <summary>The checked limits of what one peer may take.</summary>
public sealed record PeerLimits
{
    /// <inheritdoc cref="PeerLimitsOptions.Connections"/>
    public required int Connections { get; init; }

    /// <inheritdoc cref="PeerLimitsOptions.ConnectionsPerAddress"/>
    public required int ConnectionsPerAddress { get; init; }

    /// <inheritdoc cref="PeerLimitsOptions.RequestKibibytes"/>
    public required int RequestBytes { get; init; }

    /// <inheritdoc cref="PeerLimitsOptions.FailuresAllowed"/>
    public required int FailuresAllowed { get; init; }

    /// <inheritdoc cref="PeerLimitsOptions.LockOutSeconds"/>
    public required TimeSpan LockOut { get; init; }

    /// <inheritdoc cref="PeerLimitsOptions.LockOutMaxSeconds"/>
    public required TimeSpan LockOutMax { get; init; }

    /// <summary>An address that was quiet for this long begins anew: twice the longest wait.</summary>
    public TimeSpan FailureMemory => LockOutMax * 2;

    /// <summary>The limits that hold when the operator says nothing.</summary>
    public static PeerLimits Standard { get; } = From(new PeerLimitsOptions());

    /// <summary>The limits out of what the operator wrote; the ranges have been checked before.</summary>
    public static PeerLimits From(PeerLimitsOptions options) => new()
    {
        Connections = options.Connections,
        ConnectionsPerAddress = options.ConnectionsPerAddress,
        RequestBytes = options.RequestKibibytes * 1024,
        FailuresAllowed = options.FailuresAllowed,
        LockOut = TimeSpan.FromSeconds(options.LockOutSeconds),
        LockOutMax = TimeSpan.FromSeconds(options.LockOutMaxSeconds),
    };

    /// <summary>Everything that is out of range, one sentence each.</summary>
    public static IEnumerable<string> Problems(PeerLimitsOptions options)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true);
        return found.Select(problem => $"peers: {problem.ErrorMessage}");
    }
}
