using Cairn.Agent.Capturing;

namespace Cairn.Agent.Engines.Files;

/// <summary>What is taken, and how, by the paths of a backup: the root's name, then the path below it.</summary>
internal sealed class PathPatterns
{
    private const int MaxPatterns = 256;

    private readonly List<Glob> include;
    private readonly List<Glob> exclude;
    private readonly List<Glob> immutable;
    private readonly List<Glob> mutable;

    private PathPatterns(FilesOptions options, List<string> problems)
    {
        include = Parse("include", options.Include, options, problems);
        exclude = Parse("exclude", options.Exclude, options, problems);
        immutable = Parse("immutable", options.Immutable, options, problems);
        mutable = Parse("mutable", options.Mutable, options, problems);
    }

    /// <summary>Whether any file may be linked.</summary>
    public bool HasImmutable => immutable.Count > 0;

    /// <summary>Reads the four lists; adds what is wrong with them.</summary>
    public static PathPatterns Read(FilesOptions options, List<string> problems) => new(options, problems);

    /// <summary>Whether a path is left out, with everything below it.</summary>
    public bool IsExcluded(string path) => Any(exclude, path);

    /// <summary>Whether a file is wanted.</summary>
    public bool IsIncluded(string path) => include.Count == 0 || Any(include, path);

    /// <summary>Whether a file never changes under its name.</summary>
    public bool IsImmutable(string path) => Any(immutable, path) && !Any(mutable, path);

    private static bool Any(List<Glob> globs, string path)
    {
        foreach (var glob in globs)
        {
            if (glob.Matches(path))
            {
                return true;
            }
        }

        return false;
    }

    private static List<Glob> Parse(string key, List<string> texts, FilesOptions options, List<string> problems)
    {
        if (texts.Count > MaxPatterns)
        {
            problems.Add($"options.{key}: {texts.Count} patterns are too many; {MaxPatterns} may be given");
            return [];
        }

        var globs = new List<Glob>();
        foreach (var text in texts)
        {
            if (Glob.TryParse(text, out var problem) is not { } glob)
            {
                problems.Add($"options.{key}: '{text}' is no pattern: {problem}");
            }
            else if (options.Roots.Count > 0 && glob.FirstLiteral is { Length: > 0 } first && !options.Roots.ContainsKey(first))
            {
                problems.Add($"options.{key}: '{text}' can match nothing: it must begin with a root's name ({string.Join(", ", options.Roots.Keys)}), '*' or '**'");
            }
            else
            {
                globs.Add(glob);
            }
        }

        return globs;
    }
}
