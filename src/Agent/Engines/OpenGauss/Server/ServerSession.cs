using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Shared.Errors;
using Npgsql;

namespace Cairn.Agent.Engines.OpenGauss.Server;

/// <summary>One connection to a server and the dialect that it speaks. Not for concurrent use.</summary>
internal sealed class ServerSession : IAsyncDisposable
{
    private const int MaxRows = 100_000;

    private readonly ServerReach reach;
    private readonly NpgsqlDataSource source;
    private readonly NpgsqlConnection connection;

    private ServerSession(ServerReach reach, NpgsqlDataSource source, NpgsqlConnection connection, Dialect dialect, string version) =>
        (this.reach, this.source, this.connection, Dialect, Version) = (reach, source, connection, dialect, version);

    /// <summary>How it is asked.</summary>
    public Dialect Dialect { get; }

    /// <summary>What it calls itself.</summary>
    public string Version { get; }

    /// <summary>Logs in to <paramref name="database"/> (null: the configured one), and asks the server what it is.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.InstanceNotRunning"/>: nothing answers; <see cref="ErrorCode.PermissionMissing"/>: it does not let the agent in;
    /// <see cref="ErrorCode.Unsupported"/>: it is none that is known.
    /// </exception>
    public static async Task<ServerSession> OpenAsync(
        ServerConfiguration configuration, EngineLimits limits, string? database, CancellationToken cancellationToken)
    {
        var reach = ServerReach.To(configuration, limits, database);
        var source = Source(reach);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await source.OpenConnectionAsync(cancellationToken);
            var answer = await QueryAsync(connection, Dialect.WhoAreYou, [], cancellationToken);
            return new ServerSession(reach, source, connection, Dialect.Of(answer[0][0], answer[0][1]), answer[0][0]);
        }
        catch (Exception failure)
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
            await source.DisposeAsync();
            await reach.DisposeAsync();
            if (ServerFailures.Translate(failure, configuration) is { } known)
            {
                throw known;
            }

            throw;
        }
    }

    /// <summary>Asks; every row as texts, null as an empty one.</summary>
    /// <exception cref="NpgsqlException">The server refused, or the connection is gone.</exception>
    public Task<IReadOnlyList<IReadOnlyList<string>>> AskAsync(string sql, CancellationToken cancellationToken, params string[] values) =>
        QueryAsync(connection, sql, values, cancellationToken);

    /// <summary>What the server says of itself.</summary>
    /// <exception cref="InvalidDataException">It cannot be understood.</exception>
    public async Task<ServerState> StateAsync(CancellationToken cancellationToken)
    {
        var rows = await AskAsync(Dialect.State, cancellationToken);
        return rows.Count == 1 ? ServerState.Of(rows[0]) : throw new InvalidDataException($"the server answered {rows.Count} rows about itself");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await source.DisposeAsync();
        await reach.DisposeAsync();
    }

    private static async Task<IReadOnlyList<IReadOnlyList<string>>> QueryAsync(
        NpgsqlConnection connection, string sql, IReadOnlyList<string> values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<IReadOnlyList<string>>();
        while (rows.Count < MaxRows && await reader.ReadAsync(cancellationToken))
        {
            var row = new string[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = await reader.IsDBNullAsync(i, cancellationToken) ? "" : reader.GetString(i);
            }

            rows.Add(row);
        }

        return rows;
    }

    // The catalog of old dialects has not what is asked for by default, and everything is asked for as text.
    private static NpgsqlDataSource Source(ServerReach reach) => new NpgsqlDataSourceBuilder(reach.ConnectionString)
        .ConfigureTypeLoading(static types => types.EnableTypeLoading(false)).Build();
}
