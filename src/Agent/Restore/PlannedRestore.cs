using Cairn.V1;

namespace Cairn.Agent.Restore;

/// <summary>A restore thought through: every check with its finding, and where each part would go.</summary>
internal sealed class PlannedRestore
{
    /// <summary>Passed or not.</summary>
    public List<Check> Checks { get; } = [];

    /// <summary>In the order in which they are put in place.</summary>
    public List<PlannedPart> Parts { get; } = [];

    /// <summary>The instances and what their engines said.</summary>
    public List<PlannedInstance> Instances { get; } = [];

    /// <summary>Of objects that are brought back into a running database: its instance; else empty.</summary>
    public string OnlineInstance { get; set; } = "";

    /// <summary>Bytes that the stages will take.</summary>
    public long BytesNeeded => Parts.Sum(part => part.Bytes);

    /// <summary>Bytes free on the fullest of the file systems that are written to; 0 while unknown.</summary>
    public long BytesFree { get; set; }
}
