using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Shared.Errors;
using Npgsql;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>
/// A backup that a server has begun for us. It lives as long as its session: the server gives it up with the connection. Used by one
/// step or copy at a time.
/// </summary>
internal sealed class HeldBackup(ServerSession session, ServerConfiguration configuration, TimeProvider time) : IAsyncDisposable
{
    private const string Promoted = "promoted during online backup";

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private DateTimeOffset heard = time.GetUtcNow();
    private LogStream? log;

    /// <summary>How the server is asked.</summary>
    public Dialect Dialect => session.Dialect;

    /// <summary>What the server calls itself.</summary>
    public string Version => session.Version;

    /// <summary>Begins it: first the log is kept from here on, where the server can do that, then the backup mode. Returns the position.</summary>
    /// <exception cref="CairnException">The server refuses.</exception>
    /// <param name="label">Goes into the label file.</param>
    /// <param name="slot">The name of the slot that keeps the log; null for none.</param>
    /// <param name="hurry">The checkpoint is made at once.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public async Task<(string Lsn, string KeptFrom)> StartAsync(string label, string? slot, bool hurry, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var setting in Dialect.Session)
            {
                await session.AskAsync(setting, cancellationToken);
            }

            var kept = "";
            if (slot is not null && Dialect.KeepLog is { } keep)
            {
                kept = (await session.AskAsync(keep, cancellationToken, slot))[0][0];
            }

            var started = await session.AskAsync(Dialect.Start, cancellationToken, label, hurry ? "true" : "false");
            heard = time.GetUtcNow();
            return (started[0][0], kept);
        }
        catch (Exception failure) when (ServerFailures.Translate(failure, configuration) is { } known)
        {
            throw known;
        }
    }

    /// <summary>Receives the log from <paramref name="start"/> on into <paramref name="directory"/> until the backup ends.</summary>
    /// <exception cref="CairnException">The server refuses.</exception>
    public async Task StreamAsync(EngineLimits limits, string start, string directory, int segmentBytes, CancellationToken cancellationToken)
    {
        try
        {
            log = await LogStream.StartAsync(configuration, limits, start, directory, segmentBytes, time, cancellationToken);
        }
        catch (NpgsqlException refused)
        {
            throw ServerFailures.Translate(refused, configuration)!;
        }
    }

    /// <summary>Returns when the received log reaches <paramref name="stop"/>; at once when none is received.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.CaptureUnstable"/>: it broke off.</exception>
    public async Task ReachAsync(string stop, CancellationToken cancellationToken)
    {
        try
        {
            await (log?.ReachAsync(stop, cancellationToken) ?? Task.CompletedTask);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or IOException)
        {
            throw LostFailure(configuration.Address, failure.Message, failure);
        }
    }

    /// <summary>Finds out now and then whether the session is still there, so that a long copy is not read for nothing.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.CaptureUnstable"/>: it is gone.</exception>
    public async Task RequireAliveAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - heard < Silence)
        {
            return;
        }

        try
        {
            await session.AskAsync("SELECT 1::text", cancellationToken);
            heard = time.GetUtcNow();
        }
        catch (NpgsqlException lost)
        {
            throw Lost(lost);
        }
    }

    /// <summary>Ends it.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.CaptureUnstable"/>: the session is gone, and the backup with it; <see cref="ErrorCode.Unsettled"/>: the standby
    /// was promoted meanwhile.
    /// </exception>
    public async Task<BackupEnd> StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            var row = (await session.AskAsync(Dialect.Stop, cancellationToken))[0];
            return new BackupEnd(row[0], row[1], row[2]);
        }
        catch (PostgresException promoted) when (promoted.MessageText.Contains(Promoted, StringComparison.Ordinal))
        {
            throw new CairnException(
                ErrorCode.Unsettled,
                $"the standby {configuration.Address} was promoted during the backup, which is of no use then",
                "see which server leads now, then run the backup again",
                subject: configuration.Address,
                cause: promoted);
        }
        catch (PostgresException refused) when (!IsEnd(refused))
        {
            throw ServerFailures.Translate(refused, configuration)!;
        }
        catch (NpgsqlException lost)
        {
            throw Lost(lost);
        }
    }

    /// <summary>Asks something else of the server meanwhile.</summary>
    /// <exception cref="CairnException">The server refuses, or the session is gone.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> AskAsync(string sql, CancellationToken cancellationToken, params string[] values)
    {
        try
        {
            return await session.AskAsync(sql, cancellationToken, values);
        }
        catch (NpgsqlException failure)
        {
            throw ServerFailures.Translate(failure, configuration)!;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await (log?.DisposeAsync() ?? ValueTask.CompletedTask);
        await session.DisposeAsync();
    }

    /// <summary>The failure of whoever needed the session.</summary>
    public static CairnException LostFailure(string address, string reason, Exception? cause = null) => new(
        ErrorCode.CaptureUnstable,
        $"the session that held the backup of {address} open is lost: {reason}",
        "look into the database's log for what ended it, then run the backup again",
        subject: address,
        cause: cause);

    private CairnException Lost(NpgsqlException cause) =>
        LostFailure(configuration.Address, cause.InnerException?.Message ?? cause.Message, cause);

    // Class 57: the operator, a shutdown or a crash ended the session; 08: the connection broke.
    private static bool IsEnd(PostgresException failure) =>
        failure.SqlState.StartsWith("57P", StringComparison.Ordinal) || failure.SqlState.StartsWith("08", StringComparison.Ordinal);
}
