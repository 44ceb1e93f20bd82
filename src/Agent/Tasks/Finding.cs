namespace Cairn.Agent.Tasks;

/// <summary>What a proof found.</summary>
/// <param name="Text">The finding in one sentence.</param>
/// <param name="Evidence">What the sentence sums up, one sentence each; empty when it says it all.</param>
internal sealed record Finding(string Text, IReadOnlyList<string> Evidence)
{
    /// <summary>Sums up sentences of equal weight: the first, and how many more there are.</summary>
    public static string Summary(IReadOnlyList<string> evidence) => evidence.Count switch
    {
        0 => "",
        1 => evidence[0],
        2 => $"{evidence[0]}; {evidence[1]}",
        _ => $"{evidence[0]}, and {evidence.Count - 1} signs more",
    };
}
