using System.IO.Enumeration;
using Cairn.Shared.Errors;

namespace Cairn.Coordinator.Objects;

/// <summary>Selections of objects as people write them: names, with <c>*</c> for any characters and <c>?</c> for one.</summary>
internal static class ObjectPatterns
{
    private const int MaxPatterns = 256;
    private const int MaxLength = 255;

    /// <summary>Refuses what is no selection.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static void Check(IReadOnlyCollection<string> patterns)
    {
        if (patterns.Count > MaxPatterns || patterns.Any(pattern => pattern.Length is 0 or > MaxLength || pattern.Any(char.IsControl)))
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"{patterns.Count} objects are selected; at most {MaxPatterns} names of 1 to {MaxLength} printable characters are taken",
                "use wildcards, or leave the selection out");
        }
    }

    /// <summary>The objects that are meant, in order of their names; none when nothing was selected.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: a pattern means nothing that is there.</exception>
    public static IReadOnlyList<string> Resolve(IReadOnlyCollection<string> patterns, IReadOnlyCollection<string> there, string where)
    {
        foreach (var pattern in patterns)
        {
            if (!there.Any(name => IsMatch(pattern, name)))
            {
                throw new CairnException(
                    ErrorCode.InvalidRequest,
                    $"{where} has nothing that '{pattern}' means; it has {string.Join(", ", there.DefaultIfEmpty("nothing"))}",
                    "name what is there",
                    subject: pattern);
            }
        }

        return [.. there.Where(name => patterns.Any(pattern => IsMatch(pattern, name))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static bool IsMatch(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
