using System.Globalization;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Raft;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>A replicated partition's Raft log: <c>&lt;db&gt;/&lt;pt&gt;/__raft_entries__</c> below the WAL root.</summary>
internal readonly record struct PartitionPath(string Database, long Partition)
{
    /// <summary>Relative to the WAL root.</summary>
    public string Directory => string.Create(CultureInfo.InvariantCulture, $"{Database}/{Partition}/{RaftLog.DirectoryName}");

    /// <summary>The partition whose Raft directory this is; null for all other paths.</summary>
    public static PartitionPath? OfDirectory(string relative) =>
        relative.Split('/') is [var database, var partition, RaftLog.DirectoryName]
        && long.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new PartitionPath(database, id)
            : null;

    /// <summary>All of a WAL root, in order.</summary>
    public static IReadOnlyList<PartitionPath> Below(string walRoot) =>
    [
        .. System.IO.Directory.Exists(walRoot)
            ? TreeWalk.Below(walRoot, item => item.Path.Count(c => c == '/') < 2)
                .Where(item => item.Status.Kind == FileKind.Directory)
                .Select(item => OfDirectory(item.Path))
                .OfType<PartitionPath>()
            : [],
    ];
}
