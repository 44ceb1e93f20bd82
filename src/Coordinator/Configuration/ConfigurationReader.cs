using System.ComponentModel.DataAnnotations;
using System.Net;
using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Compatibility;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Configuration;

/// <summary>Reads coordinator.yaml and tells everything that is wrong with it at once.</summary>
internal static class ConfigurationReader
{
    private const int MaxNodes = 10_000;

    /// <summary>
    /// The settings, or null after having added every problem, one sentence each, to <paramref name="problems"/>.
    /// Nothing is made on disk.
    /// </summary>
    public static CoordinatorSettings? Read(string path, bool insecure, ICollection<string> problems)
    {
        var options = YamlFile.Read<CoordinatorOptions>(path, problems);
        var settings = options is null ? null : Check(options, insecure, problems);
        return problems.Count == 0 ? settings : null;
    }

    /// <summary>As <see cref="Read"/>, for options that have been read.</summary>
    public static CoordinatorSettings? Check(CoordinatorOptions options, bool insecure, ICollection<string> problems)
    {
        var before = problems.Count;
        var listen = CheckListen(options.Listen, insecure, problems);
        CheckState(options.State, problems);
        CheckLogFile(options.LogFile, problems);
        var clusters = CheckClusters(options.Clusters ?? [], problems);
        var limits = options.Limits ?? new LimitsOptions();
        foreach (var problem in options.Tls?.Problems() ?? [])
        {
            problems.Add(problem);
        }

        CheckRanges("limits", limits, problems);
        foreach (var problem in PeerLimits.Problems(options.Peers))
        {
            problems.Add(problem);
        }

        CheckRanges("audit", options.Audit, problems);
        var compatibility = CheckCompatibility(options.Compatibility, insecure, problems);
        return problems.Count > before
            ? null
            : new CoordinatorSettings(
                listen!,
                Path.Combine(options.State!, "catalog.db"),
                options.LogFile,
                options.Reflection,
                clusters,
                CoordinatorLimits.From(limits))
            {
                Insecure = insecure,
                Tls = options.Tls,
                Peers = PeerLimits.From(options.Peers),
                Audit = AuditLimits.From(options.Audit),
                Compatibility = compatibility,
            };
    }

    private static CompatibilitySettings? CheckCompatibility(CompatibilityOptions? options, bool insecure, ICollection<string> problems)
    {
        if (options is null)
        {
            return null;
        }

        if (!Names.IsValid(options.Cluster ?? ""))
        {
            problems.Add($"compatibility.cluster: '{options.Cluster}' is not the name of a cluster");
        }

        return CheckListen(options.Listen, insecure, problems, "compatibility.listen") is { } endPoint
            ? new CompatibilitySettings(endPoint, options.Cluster ?? "")
            : null;
    }

    private static IPEndPoint? CheckListen(string? listen, bool insecure, ICollection<string> problems, string key = "listen")
    {
        try
        {
            return PartAddress.RequireEndPoint(listen ?? "", insecure);
        }
        catch (CairnException refusal)
        {
            problems.Add($"{key}: {refusal.Message}; {refusal.WayOut}");
            return null;
        }
    }

    private static void CheckState(string? state, ICollection<string> problems)
    {
        if (string.IsNullOrEmpty(state))
        {
            problems.Add("state: the directory of the catalog is required");
        }
        else if (!Path.IsPathFullyQualified(state))
        {
            problems.Add($"state: '{state}' is not an absolute path");
        }
        else if (File.Exists(state))
        {
            problems.Add($"state: '{state}' is a file, not a directory");
        }
    }

    private static void CheckLogFile(string? logFile, ICollection<string> problems)
    {
        if (logFile is null)
        {
            return;
        }

        if (!Path.IsPathFullyQualified(logFile))
        {
            problems.Add($"log-file: '{logFile}' is not an absolute path");
        }
        else if (Directory.Exists(logFile))
        {
            problems.Add($"log-file: '{logFile}' is a directory");
        }
    }

    private static List<ClusterDefinition> CheckClusters(List<ClusterOptions> clusters, ICollection<string> problems)
    {
        var checkedClusters = new List<ClusterDefinition>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, cluster) in clusters.Index())
        {
            var found = ClusterRules.Problems(cluster.Name, cluster.Engine, cluster.Nodes ?? [], MaxNodes);
            foreach (var problem in found)
            {
                problems.Add($"clusters[{index}]: {problem}");
            }

            if (cluster.Name is not null && !seen.Add(cluster.Name))
            {
                problems.Add($"clusters[{index}]: another cluster is called '{cluster.Name}' too");
            }

            if (cluster.OnNodeFailure is not ("abort" or "partial"))
            {
                problems.Add($"clusters[{index}]: on-node-failure is '{cluster.OnNodeFailure}', not abort or partial");
            }

            if (found.Count == 0)
            {
                checkedClusters.Add(new ClusterDefinition(cluster.Name!, cluster.Engine!, [.. cluster.Nodes!])
                {
                    OnNodeFailure = cluster.OnNodeFailure == "partial" ? NodeFailurePolicy.Partial : NodeFailurePolicy.Abort,
                });
            }
        }

        return checkedClusters;
    }

    private static void CheckRanges(string section, object options, ICollection<string> problems)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true);
        foreach (var problem in found)
        {
            problems.Add($"{section}: {problem.ErrorMessage}");
        }
    }
}
