using System.Text;
using System.Text.Json;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Recovery;

/// <summary>
/// Makes an agent's settings for a recovery: from its configuration file, or, when that is lost too, from the point and the
/// databases' own configuration files. Goes through the same checks as an agent's start.
/// </summary>
internal sealed class RecoverySetup(Func<EngineLimits, EngineCatalog> engines)
{
    /// <summary>Where the state is kept when neither a configuration nor the command line says otherwise.</summary>
    public const string StandardState = "/var/lib/cairn-agent";

    /// <summary>The name of the configuration that <see cref="Keep"/> writes.</summary>
    public const string FileName = "recover.yaml";

    /// <summary>Fills in what a lost configuration file would have said.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: an instance of the point has no configuration file named.</exception>
    public AgentOptions Complete(AgentOptions options, RecoveryPoint point, IReadOnlyDictionary<string, string> instances, string? state)
    {
        options.State = state ?? (options.State.Length > 0 ? options.State : StandardState);
        options.Node = options.Node.Length > 0 ? options.Node : point.SourceNode;
        if (instances.Count == 0 && options.Instances.Count > 0)
        {
            return options;
        }

        var saved = point.Properties.Instances;
        var unnamed = saved.Where(instance => !instances.ContainsKey(instance.Name)).Select(instance => instance.Name).ToList();
        var unknown = instances.Keys.Where(name => saved.All(instance => instance.Name != name)).ToList();
        if (unnamed.Count > 0 || unknown.Count > 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"the point has the instance(s) {string.Join(", ", saved.Select(instance => $"{instance.Name} ({instance.Engine})"))}; "
                + (unnamed.Count > 0 ? $"no configuration file is named for {string.Join(", ", unnamed)}" : $"it has no {string.Join(", ", unknown)}"),
                "name the agent's configuration with --config FILE, or each instance with --instance NAME=FILE, FILE being the database's own configuration file",
                point.SourceNode,
                point.Id.ToString());
        }

        options.Instances =
        [
            .. saved.Select(instance => new InstanceOptions
            {
                Name = instance.Name, Engine = instance.Engine, Config = Path.GetFullPath(instances[instance.Name]),
            }),
        ];
        if (options.Roots.Count == 0)
        {
            options.Roots = RootsOf(options.Instances);
        }

        return options;
    }

    /// <summary>The settings; what has to do with the network is not looked at.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ConfigurationInvalid"/> with everything that is wrong.</exception>
    public async Task<AgentSettings> CheckAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        (options.Coordinator, options.Advertise, options.JoinTokenFile, options.Tls) = ("", "", "", null);
        options.Listen = new AgentOptions().Listen;
        var report = await new AgentConfiguration(engines, insecure: false).CheckAsync(options, cancellationToken);
        return report.Settings ?? throw new CairnException(
            ErrorCode.ConfigurationInvalid,
            string.Join("; ", report.Problems),
            "mend what is named",
            options.Node.Length == 0 ? null : options.Node);
    }

    /// <summary>
    /// Keeps what was put together without a configuration file as one, so that an undo, a discard and a next run need not be
    /// told it again; returns its path.
    /// </summary>
    public static string Keep(AgentOptions options)
    {
        Directory.CreateDirectory(options.State);
        var text = new StringBuilder($"# Written by 'cairn-agent recover'. An agent of this host needs 'coordinator' and 'listen' beside it.\n");
        Line("node", options.Node);
        Line("state", options.State);
        Line("repository", options.Repository);
        if (KeySource.From(options.Encryption, "encryption", []) is not null)
        {
            text.Append("encryption:\n");
            foreach (var (key, value) in new[]
            {
                ("passphrase-file", options.Encryption.PassphraseFile),
                ("passphrase-variable", options.Encryption.PassphraseVariable),
                ("key-file", options.Encryption.KeyFile),
            }.Where(line => line.Item2.Length > 0))
            {
                Line("  " + key, value);
            }
        }

        text.Append("roots:\n");
        foreach (var root in options.Roots)
        {
            text.Append($"  - {Quoted(root)}\n");
        }

        text.Append("instances:\n");
        foreach (var instance in options.Instances)
        {
            Line("  - name", instance.Name);
            Line("    engine", instance.Engine);
            Line("    config", instance.Config);
        }

        var path = Path.Combine(options.State, FileName);
        DurableFile.Publish(path, Encoding.UTF8.GetBytes(text.ToString()));
        return path;

        void Line(string key, string value) => text.Append($"{key}: {Quoted(value)}\n");
    }

    // The directories that hold the databases' directories: on the host itself the operator's word is enough, and the plan shows it.
    private List<string> RootsOf(IEnumerable<InstanceOptions> instances)
    {
        var catalog = engines(new EngineLimits());
        var problems = new List<string>();
        var roots = new List<string>();
        foreach (var instance in instances)
        {
            var engine = catalog.Get(instance.Engine);
            var found = engine.CheckConfiguration(instance);
            problems.AddRange(found.Select(problem => $"instance {instance.Name}: {problem}"));
            if (found.Count == 0)
            {
                roots.AddRange(engine.Open(instance).Roots.Select(root => ExistingParent(root.Path)));
            }
        }

        return problems.Count == 0
            ? [.. roots.Distinct(StringComparer.Ordinal)]
            : throw new CairnException(ErrorCode.ConfigurationInvalid, string.Join("; ", problems), "mend what is named");
    }

    private static string ExistingParent(string path)
    {
        var parent = Path.GetDirectoryName(path) ?? "/";
        while (!Directory.Exists(parent))
        {
            parent = Path.GetDirectoryName(parent) ?? "/";
        }

        return parent;
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
