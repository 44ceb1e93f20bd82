using System.Net;
using Cairn.Agent.Engines;
using Cairn.Agent.Roots;
using Cairn.Repository;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;

namespace Cairn.Agent.Configuration;

/// <summary>Reads and checks the configuration, and finds all its problems in one go.</summary>
internal sealed class AgentConfiguration(Func<EngineLimits, EngineCatalog> makeEngines, bool insecure)
{
    /// <summary>The environment variable that names the file of a join token.</summary>
    public const string JoinTokenVariable = "CAIRN_JOIN_TOKEN_FILE";

    private const string StandardCoordinator = "127.0.0.1:7460";
    private const long MinPackBytes = 1L << 20;
    private const long MaxPackBytes = 64L << 30;
    private const long MinReadRate = 1L << 20;
    private const long MaxReadRate = 1L << 40;

    /// <summary>Reads the file at <paramref name="path"/>.</summary>
    public async Task<ConfigurationReport> LoadAsync(string path, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var options = YamlFile.Read<AgentOptions>(path, problems);
        if (options is null)
        {
            return new ConfigurationReport(null, problems, null);
        }

        var report = await CheckAsync(options, cancellationToken);
        return problems.Count == 0
            ? report
            : new ConfigurationReport(null, [.. problems, .. report.Problems], report.RepositoryProblem);
    }

    /// <summary>Checks what was read.</summary>
    public async Task<ConfigurationReport> CheckAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        if (!Names.IsValid(options.Node))
        {
            problems.Add($"node: '{options.Node}' is no name: 1 to 63 letters, digits, '.', '_' and '-'");
        }

        var listen = Collect("listen", () => PartAddress.RequireEndPoint(options.Listen, insecure), problems);
        var scheme = insecure ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        var url = options.Coordinator.Length == 0 ? $"{scheme}://{StandardCoordinator}" : options.Coordinator;
        var coordinator = Collect("coordinator", () => PartAddress.RequireUrl(url, insecure), problems);
        CheckAdvertise(options.Advertise, listen, scheme, problems);
        problems.AddRange(options.Tls?.Problems() ?? []);
        problems.AddRange(PeerLimits.Problems(options.Peers));
        var joinTokenFile = JoinTokenFileOf(options, problems);
        RequireRange("limits.handshake-seconds", options.Limits.HandshakeSeconds, 1, 120, problems);
        RequireAbsolute("state", options.State, problems);
        RequireAbsolute("repository", options.Repository, problems);
        foreach (var other in options.RestoreFrom)
        {
            RequireAbsolute("restore-from", other, problems);
        }

        if (options.LogFile.Length > 0)
        {
            RequireAbsolute("log-file", options.LogFile, problems);
        }

        var compression = ParseCompression(options.Compression, problems);
        var maxPack = ParseSize("max-pack-size", options.MaxPackSize, MinPackBytes, MaxPackBytes, problems);
        long? maxRead = options.MaxReadRate.Length == 0 ? null : ParseSize("max-read-rate", options.MaxReadRate, MinReadRate, MaxReadRate, problems);
        var freeFloor = ParseSize("limits.free-floor", options.Limits.FreeFloor, 0, long.MaxValue, problems);
        RequireRange("limits.capture-check-ms", options.Limits.CaptureCheckMs, 10, 60_000, problems);
        RequireRange("limits.reconnect-max-ms", options.Limits.ReconnectMaxMs, 100, 600_000, problems);
        RequireRange("limits.settle-ms", options.Limits.SettleMs, 0, 60_000, problems);
        RequireRange("limits.question-ms", options.Limits.QuestionMs, 100, 60_000, problems);
        var engines = makeEngines(new EngineLimits
        {
            Settle = TimeSpan.FromMilliseconds(Math.Clamp(options.Limits.SettleMs, 0, 60_000)),
            Question = TimeSpan.FromMilliseconds(Math.Clamp(options.Limits.QuestionMs, 100, 60_000)),
        });
        var roots = CheckRoots(options.Roots, problems);
        CheckInstances(options, engines, roots, problems);
        var repositoryKey = KeySource.From(options.Encryption, "encryption", problems);
        var repositoryProblem = Path.IsPathFullyQualified(options.Repository)
            ? await CheckRepositoryAsync(options.Repository, repositoryKey, cancellationToken)
            : null;

        var settings = problems.Count > 0
            ? null
            : new AgentSettings
            {
                Node = options.Node,
                Listen = listen!,
                Coordinator = coordinator!,
                Insecure = insecure,
                Advertise = options.Advertise.Length == 0 ? null : options.Advertise,
                JoinTokenFile = joinTokenFile,
                Tls = options.Tls,
                Peers = PeerLimits.From(options.Peers),
                Handshake = TimeSpan.FromSeconds(options.Limits.HandshakeSeconds),
                StateDirectory = Path.TrimEndingDirectorySeparator(options.State),
                RepositoryPath = Path.TrimEndingDirectorySeparator(options.Repository),
                RepositoryKey = repositoryKey,
                RestoreFrom = [.. options.RestoreFrom.Select(Path.TrimEndingDirectorySeparator)],
                Roots = [.. options.Roots],
                Compression = compression,
                MaxPackBytes = maxPack,
                MaxReadBytesPerSecond = maxRead,
                LogFile = options.LogFile.Length == 0 ? null : options.LogFile,
                Reflection = options.Reflection,
                Instances = [.. options.Instances],
                Engines = engines,
                FreeFloorBytes = freeFloor,
                CaptureCheck = TimeSpan.FromMilliseconds(options.Limits.CaptureCheckMs),
                ReconnectMax = TimeSpan.FromMilliseconds(options.Limits.ReconnectMaxMs),
            };
        return new ConfigurationReport(settings, problems, repositoryProblem);
    }

    private static void CheckAdvertise(string advertise, IPEndPoint? listen, string scheme, List<string> problems)
    {
        if (advertise.Length == 0)
        {
            if (listen is not null && (listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any)))
            {
                problems.Add("advertise: the agent listens on all addresses, so say by which the coordinator reaches it, host:port");
            }
        }
        else if (!Uri.TryCreate($"{scheme}://{advertise}", UriKind.Absolute, out var url) || url.Authority != advertise)
        {
            problems.Add($"advertise: '{advertise}' is not host:port");
        }
    }

    private static string? JoinTokenFileOf(AgentOptions options, List<string> problems)
    {
        var file = options.JoinTokenFile.Length > 0
            ? options.JoinTokenFile
            : Environment.GetEnvironmentVariable(JoinTokenVariable);
        if (string.IsNullOrEmpty(file))
        {
            return null;
        }

        RequireAbsolute("join-token-file", file, problems);
        return file;
    }

    private static AllowedRoots? CheckRoots(IList<string> roots, List<string> problems)
    {
        var before = problems.Count;
        if (roots.Count == 0)
        {
            problems.Add("roots: at least one directory is needed");
        }

        foreach (var root in roots)
        {
            if (RequireAbsolute("roots", root, problems) && !Directory.Exists(root))
            {
                problems.Add($"roots: {root} is not a directory");
            }
        }

        return problems.Count > before ? null : new AllowedRoots("", [.. roots]);
    }

    private static void CheckInstances(
        AgentOptions options, EngineCatalog engines, AllowedRoots? roots, List<string> problems)
    {
        if (options.Instances.Count == 0)
        {
            problems.Add("instances: at least one is needed");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instance in options.Instances)
        {
            if (!Names.IsValid(instance.Name))
            {
                problems.Add($"instances: '{instance.Name}' is no name: 1 to 63 letters, digits, '.', '_' and '-'");
                continue;
            }

            if (!names.Add(instance.Name))
            {
                problems.Add($"instances: the name '{instance.Name}' is given twice");
            }

            CheckInstance(instance, options, engines, roots, problems);
        }
    }

    private static void CheckInstance(
        InstanceOptions instance, AgentOptions options, EngineCatalog engines, AllowedRoots? roots, List<string> problems)
    {
        instance.Engine = instance.Engine.Length > 0 ? instance.Engine : engines.Default;
        var engine = Collect($"instance {instance.Name}", () => engines.Get(instance.Engine), problems);
        if (engine is null)
        {
            return;
        }

        problems.AddRange(instance.Commands.Problems().Select(problem => $"instance {instance.Name}: {problem}"));
        var found = engine.CheckConfiguration(instance);
        problems.AddRange(found.Select(problem => $"instance {instance.Name}: {problem}"));
        if (found.Count > 0 || roots is null)
        {
            return;
        }

        var opened = Collect($"instance {instance.Name}", () => engine.Open(instance), problems);
        foreach (var root in opened?.Roots ?? [])
        {
            if (Collect($"instance {instance.Name}", () => roots.Require(root.Path), problems) is { } resolved)
            {
                RequireOutside("state", options.State, resolved.Path, problems);
                RequireOutside("repository", options.Repository, resolved.Path, problems);
            }
        }
    }

    // A backup would take in itself, and a restore would move it aside with the old data.
    private static void RequireOutside(string key, string own, string data, List<string> problems)
    {
        if (!Path.IsPathFullyQualified(own) || own.Split('/').Contains(".."))
        {
            return;
        }

        var resolved = Collect(key, () => PathResolution.Resolve(own, node: ""), problems);
        if (resolved is not null && PathResolution.IsInside(resolved, data))
        {
            problems.Add($"{key}: {own} lies inside {data}, which is backed up and replaced by restores; choose another directory");
        }
    }

    private static async Task<string?> CheckRepositoryAsync(string path, KeySource? keySource, CancellationToken cancellationToken)
    {
        try
        {
            // Read before all else: a repository that is still to be made needs it too.
            using var key = keySource?.Read();
            if (File.Exists(path))
            {
                return $"repository: {path} is a file, not a directory";
            }

            if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
            {
                return null;
            }

            // Read-only: checking must neither make anything nor take the lock of an agent that runs.
            await using var repository = await LocalRepository.OpenOrCreateAsync(
                path, new RepositoryOptions { ReadOnly = true, Key = key }, cancellationToken);
            return null;
        }
        catch (RepositoryException failure)
        {
            return $"repository: {failure.Message} ({failure.WayOut})";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"repository: {path} cannot be read: {failure.Message}";
        }
    }

    private static T? Collect<T>(string what, Func<T> read, List<string> problems)
        where T : class
    {
        try
        {
            return read();
        }
        catch (CairnException failure)
        {
            problems.Add($"{what}: {failure.Message} ({failure.WayOut})");
            return null;
        }
    }

    private static bool RequireAbsolute(string key, string path, List<string> problems)
    {
        var absolute = Path.IsPathFullyQualified(path) && !path.Split('/').Contains("..");
        if (!absolute)
        {
            problems.Add($"{key}: '{path}' is not an absolute path without '..'");
        }

        return absolute;
    }

    private static Compression ParseCompression(string text, List<string> problems)
    {
        switch (text)
        {
            case "none":
                return Compression.None;
            case "fastest":
                return Compression.Fastest;
            case "balanced":
                return Compression.Balanced;
            case "best":
                return Compression.Best;
            default:
                problems.Add($"compression: '{text}' is none of none, fastest, balanced, best");
                return Compression.Fastest;
        }
    }

    private static long ParseSize(string key, string text, long least, long most, List<string> problems)
    {
        if (ByteSize.TryParse(text, out var bytes) && bytes >= least && bytes <= most)
        {
            return bytes;
        }

        problems.Add(most == long.MaxValue
            ? $"{key}: '{text}' is not a size such as 64MiB"
            : $"{key}: '{text}' is not a size from {ByteSize.Format(least)} to {ByteSize.Format(most)}");
        return least;
    }

    private static void RequireRange(string key, int value, int least, int most, List<string> problems)
    {
        if (value < least || value > most)
        {
            problems.Add($"{key}: {value} is not from {least} to {most}");
        }
    }
}
