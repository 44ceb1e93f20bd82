using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.Files;

/// <summary>
/// Says in the point's words what its files are. Nothing of the nodes can be compared: that they fit together is what the commands
/// between the barriers are for.
/// </summary>
internal static class CutSentence
{
    private const string Cold = "the files of the stopped database, as they stood on disk";
    private const string Commands = "the files as they were between the before- and the after-capture commands, which ran on all nodes before the first and after the last file was taken on any";
    private const string Crash = "the files of each node as a power cut would have left them, at a moment of the capture that is each node's own";

    /// <summary>The verdict, which is always consistent.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> for evidence that is not this engine's.</exception>
    public static CutVerdict Of(IReadOnlyList<CutEvidence> evidence)
    {
        var parsed = evidence.Where(part => !part.Evidence.IsEmpty).Select(Parse).ToList();
        var sentence = parsed.Count > 0 && parsed.TrueForAll(part => part.Cold) ? Cold
            : parsed.Count > 0 && parsed.TrueForAll(part => part.Cold || part.Commands) ? Commands
            : Crash;
        return new CutVerdict(Consistent: true, [$"{parsed.Count} instance(s) were taken; their files are not compared"], sentence, []);
    }

    private static Evidence Parse(CutEvidence part)
    {
        try
        {
            return Evidence.Parse(part.Evidence);
        }
        catch (InvalidDataException wrong)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"the evidence of step {part.Step} cannot be used: {wrong.Message}",
                "use agents of one version",
                part.Node,
                part.Instance,
                wrong);
        }
    }
}
