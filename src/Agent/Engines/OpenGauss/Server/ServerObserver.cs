using System.Globalization;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.V1;
using Npgsql;

namespace Cairn.Agent.Engines.OpenGauss.Server;

/// <summary>Asks a running server about itself and its place in its cluster.</summary>
internal sealed class ServerObserver(ServerConfiguration configuration, EngineLimits limits)
{
    /// <summary>Adds what the server says to the description.</summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">It cannot be asked.</exception>
    public async Task ObserveAsync(InstanceDescription description, CancellationToken cancellationToken)
    {
        await using var session = await ServerSession.OpenAsync(configuration, limits, database: null, cancellationToken);
        try
        {
            var state = await session.StateAsync(cancellationToken);
            var leaders = await session.AskAsync(session.Dialect.Following, cancellationToken);
            var following = leaders.Count > 0 ? leaders[0] : null;
            var behind = following is null || !state.InRecovery
                ? state.InRecovery ? -1 : 0
                : Math.Max(0, decimal.ToInt64(decimal.Parse(following[2].Length == 0 ? "0" : following[2], CultureInfo.InvariantCulture)));
            description.Version = state.Version;
            description.Roles.Clear();
            description.Roles.Add(state.Role);
            var view = new ClusterView { DatabaseClusterId = state.SystemIdentifier };
            view.Members.Add(new ClusterMember
            {
                Role = Roles.Server, Address = configuration.Address, Alive = true, Leader = !state.InRecovery, Source = "the server itself",
            });
            view.Partitions.Add(new PartitionPlacement
            {
                Object = "server",
                PartitionId = configuration.Address,
                Role = Roles.Server,
                OwnerAddress = configuration.Address,
                ReplicaGroup = state.SystemIdentifier.Length > 0 ? state.SystemIdentifier : "server",
                ReplicaLeader = !state.InRecovery,
                BehindBytes = behind,
            });
            var databases = await session.AskAsync(Dialect.DatabaseNames, cancellationToken);
            view.Objects.AddRange(databases.Select(row => row[0]));
            description.View = view;
            await AddFactsAsync(description, session, state, following, behind, cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidDataException or FormatException)
        {
            throw ServerFailures.Translate(failure, configuration) ?? failure;
        }
    }

    private static async Task AddFactsAsync(
        InstanceDescription description,
        ServerSession session,
        ServerState state,
        IReadOnlyList<string>? following,
        long behind,
        CancellationToken cancellationToken)
    {
        Add("server", session.Version);
        Add("dialect", session.Dialect.Name);
        Add("system identifier", state.SystemIdentifier);
        Add("timeline", state.Timeline);
        Add("page checksums", state.Checksums ? "on" : "off");
        if (state.InRecovery)
        {
            Add("follows", following is null
                ? "nobody at the moment"
                : string.Create(CultureInfo.InvariantCulture, $"{following[0]}:{following[1]}, {behind} bytes behind"));
        }

        foreach (var follower in await session.AskAsync(session.Dialect.Followers, cancellationToken))
        {
            Add("followed by", $"{follower[0]} from {follower[1]}, {follower[2]}, {(follower[3].Length == 0 ? "an unknown number of" : follower[3])} bytes behind");
        }

        foreach (var tablespace in new DataDirectory(state.DataDirectory).Tablespaces())
        {
            Add("tablespace", $"{tablespace.Number.ToString(CultureInfo.InvariantCulture)} in {tablespace.Location}");
        }

        void Add(string name, string value) => description.Facts.Add(new Fact { Name = name, Value = value });
    }
}
