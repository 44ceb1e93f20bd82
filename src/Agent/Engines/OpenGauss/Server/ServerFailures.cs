using System.Net.Sockets;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Shared.Errors;
using Npgsql;

namespace Cairn.Agent.Engines.OpenGauss.Server;

/// <summary>What servers and the way to them refuse, as failures that somebody can act on.</summary>
internal static class ServerFailures
{
    /// <summary>The state of a wrong password.</summary>
    public const string InvalidPassword = "28P01";

    /// <summary>The state of a role that is not let in.</summary>
    public const string InvalidAuthorization = "28000";

    /// <summary>The state of a server that cannot be connected to.</summary>
    public const string Unreachable = "08001";

    private const string UnknownAuthentication = "SASL";

    /// <summary>The failure; null for what no server said.</summary>
    public static CairnException? Translate(Exception failure, ServerConfiguration configuration) => failure switch
    {
        CairnException known => known,
        PostgresException { SqlState: InvalidPassword or InvalidAuthorization or "3D000" or "42501" } refused => new CairnException(
            ErrorCode.PermissionMissing,
            $"the server of {configuration.DataDirectory} refuses role '{configuration.User}': {refused.MessageText} ({refused.SqlState})",
            "give the role what docs/engines/opengauss.md lists, or name another in options.user and options.password-file",
            subject: configuration.User,
            cause: refused),
        PostgresException { SqlState: "57P03" } starting => new CairnException(
            ErrorCode.InstanceNotRunning,
            $"the server of {configuration.DataDirectory} does not serve yet: {starting.MessageText}",
            "wait until it has started",
            subject: configuration.DataDirectory,
            cause: starting),
        PostgresException { SqlState: Unreachable } away => Away(configuration, away),
        PostgresException answered => new CairnException(
            ErrorCode.EngineAnswer,
            $"the server of {configuration.DataDirectory} answered: {answered.MessageText} ({answered.SqlState})",
            "look into the database's log",
            subject: configuration.DataDirectory,
            cause: answered),
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException } away => Away(configuration, away),
        NpgsqlException unknown when unknown.Message.Contains(UnknownAuthentication, StringComparison.Ordinal) => new CairnException(
            ErrorCode.PermissionMissing,
            $"the server of {configuration.DataDirectory} asks for a way to log in that is not known: {unknown.Message}",
            "give the agent the role's password (options.password-file), or let it in over the server's socket (docs/engines/opengauss.md)",
            subject: configuration.User,
            cause: unknown),
        NpgsqlException broken => Away(configuration, broken),
        InvalidDataException strange => new CairnException(
            ErrorCode.EngineAnswer, strange.Message, "look into the database's log", subject: configuration.DataDirectory, cause: strange),
        SocketException or TimeoutException => Away(configuration, failure),
        _ => null,
    };

    private static CairnException Away(ServerConfiguration configuration, Exception failure) => new(
        ErrorCode.InstanceNotRunning,
        $"the server of {configuration.DataDirectory} does not answer: {failure.InnerException?.Message ?? failure.Message}",
        "see that it runs and that options.host and options.port are right",
        subject: configuration.DataDirectory,
        cause: failure);
}
