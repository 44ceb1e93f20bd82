namespace Cairn.Agent.Backup;

/// <summary>How paths in a node's part of a point are built: <c>INSTANCE/ROOT/…</c>, and foreign metadata apart.</summary>
internal static class PointPaths
{
    /// <summary>The top directory of metadata that another node captured; no instance can be called so.</summary>
    public const string ClusterMetadata = ".cluster-metadata";

    /// <summary>The path of what an instance's engine calls <paramref name="enginePath"/>.</summary>
    public static string Of(string instance, string enginePath) => $"{instance}/{enginePath}";
}
