using Cairn.Agent.Proofs;

namespace Cairn.Agent.Engines.Files;

/// <summary>A program as the operator names it: its name or absolute path, and words that must stand on its command line too.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Program">The first word.</param>
/// <param name="Words">The others.</param>
internal sealed record ProgramPattern(string Text, string Program, IReadOnlyList<string> Words)
{
    private const int ShortNameBytes = 15;

    /// <summary>False when the first word can be no program.</summary>
    public bool IsUsable => Program.Length > 0 && (Path.IsPathFullyQualified(Program) || !Program.Contains('/', StringComparison.Ordinal));

    /// <summary>Takes a text apart at its spaces.</summary>
    public static ProgramPattern Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new ProgramPattern(text, words.FirstOrDefault() ?? "", [.. words.Skip(1)]);
    }

    /// <summary>
    /// Whether a process is it, by what everybody can read: its command line, and the kernel's short name, which is a script's own. When
    /// the command line is hidden the short name decides, whatever the words are.
    /// </summary>
    public bool Matches(ProcessEntry process)
    {
        var name = Path.GetFileName(Program);
        var named = process.Program == name || process.Name == (name.Length > ShortNameBytes ? name[..ShortNameBytes] : name);
        return named && (process.Arguments is not { Count: > 0 } arguments
            || ((!Path.IsPathFullyQualified(Program) || arguments.Take(2).Contains(Program)) && Words.All(arguments.Contains)));
    }
}
