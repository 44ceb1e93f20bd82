namespace Cairn.Coordinator.Configuration;

/// <summary>One database cluster as the operator wrote it.</summary>
internal sealed class ClusterOptions
{
    /// <summary>Its name. Required, unique.</summary>
    public string? Name { get; set; }

    /// <summary>The engine that all its instances have, in the word that the agents' configuration uses. Required.</summary>
    public string? Engine { get; set; }

    /// <summary>The names of its nodes. At least one.</summary>
    public List<string> Nodes { get; set; } = [];

    /// <summary>
    /// <c>abort</c>: a backup during which a node fails makes no point. <c>partial</c>: it makes one without that node, which says
    /// so. Default abort.
    /// </summary>
    public string OnNodeFailure { get; set; } = "abort";
}
