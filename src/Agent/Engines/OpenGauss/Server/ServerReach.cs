using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server.Login;
using Cairn.Shared.Errors;
using Npgsql;

namespace Cairn.Agent.Engines.OpenGauss.Server;

/// <summary>
/// The way to a server for one session: as configured, and what is left out as <c>postmaster.pid</c> says. To openGauss with a password it
/// leads through a <see cref="LoginRelay"/>, which lives as long as this.
/// </summary>
internal sealed class ServerReach : IAsyncDisposable
{
    private const string ApplicationName = "cairn";
    private const int StandardPort = 5432;

    private readonly LoginRelay? relay;

    private ServerReach(string connectionString, LoginRelay? relay) => (ConnectionString, this.relay) = (connectionString, relay);

    /// <summary>For Npgsql.</summary>
    public string ConnectionString { get; }

    /// <summary>Finds the way to <paramref name="database"/> (null: the configured one).</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PermissionMissing"/>: the password cannot be read.</exception>
    public static ServerReach To(ServerConfiguration configuration, EngineLimits limits, string? database)
    {
        var running = configuration is { Host: not null, Port: not null } ? null : PostmasterFile.Read(configuration.DataDirectory);
        var socket = running?.SocketDirectory is { Length: > 0 } directory ? directory : null;
        var listens = running?.ListenAddress is { Length: > 0 } address ? address is "*" or "0.0.0.0" or "::" ? "127.0.0.1" : address : null;
        var words = new NpgsqlConnectionStringBuilder
        {
            Host = configuration.Host ?? socket ?? listens ?? "127.0.0.1",
            Port = configuration.Port ?? running?.Port ?? StandardPort,
            Username = configuration.User,
            Password = configuration.PasswordFile is { } file ? ReadPassword(file) : null,
            Database = database ?? configuration.Database,
            ApplicationName = ApplicationName,

            // A backup's session is its own, and may be silent while files are read.
            Pooling = false,
            KeepAlive = 30,
            Timeout = Math.Max(1, (int)limits.Question.TotalSeconds),
            CommandTimeout = 0,
            NoResetOnClose = true,
        };

        // What the server is its files tell, before anybody has asked it: Npgsql cannot be told afterwards.
        if (words.Password is not { } password || new DataDirectory(configuration.DataDirectory).DialectName != Dialect.OpenGaussName)
        {
            return new ServerReach(words.ConnectionString, relay: null);
        }

        var relay = LoginRelay.Start(words.Host, words.Port, password);
        (words.Host, words.Port, words.SslMode, words.GssEncryptionMode) = (relay.Host, LoginRelay.Port, SslMode.Disable, GssEncryptionMode.Disable);
        return new ServerReach(words.ConnectionString, relay);
    }

    private static string ReadPassword(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new CairnException(
                ErrorCode.PermissionMissing,
                $"the password of the role cannot be read: {failed.Message}",
                "let the agent's user read the file that options.password-file names, and nobody else",
                subject: file,
                cause: failed);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => relay?.DisposeAsync() ?? ValueTask.CompletedTask;
}
