using System.Text;
using System.Text.RegularExpressions;

namespace Cairn.Agent.Capturing;

/// <summary>
/// A pattern of '/'-separated paths: <c>*</c> and <c>?</c> within a component, <c>[a-z]</c> and <c>[!a-z]</c>, and <c>**</c> as a whole
/// component for any number of them. The whole path must match, case counts. Matching takes time linear in the path.
/// </summary>
internal sealed class Glob
{
    private readonly Regex regex;

    private Glob(string text, Regex regex) => (Text, this.regex) = (text, regex);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Everything before the first component with a wildcard in it; empty when that is the first.</summary>
    public string FirstLiteral => Text.Split('/')[0] is var first && first.AsSpan().IndexOfAny("*?[") < 0 ? first : "";

    /// <summary>Whether a path matches.</summary>
    public bool Matches(string path) => regex.IsMatch(path);

    /// <summary>Reads one; null with a sentence about what is wrong.</summary>
    public static Glob? TryParse(string text, out string problem)
    {
        var components = text.Split('/');
        problem = components.Any(component => component is "" or "." or "..")
            ? "it has an empty component, '.' or '..'; it is relative, and needs no '/' at its ends"
            : components.Any(component => component != "**" && component.Contains("**", StringComparison.Ordinal))
                ? "'**' stands alone between slashes"
                : "";
        if (problem.Length > 0)
        {
            return null;
        }

        var pattern = new StringBuilder(@"\A");
        for (var i = 0; i < components.Length; i++)
        {
            var last = i == components.Length - 1;
            if (components[i] == "**")
            {
                pattern.Append(last ? ".+" : "(?:[^/]+/)*");
            }
            else if (!TryAppend(components[i], pattern))
            {
                problem = $"'{components[i]}' has a '[' without its ']'";
                return null;
            }
            else
            {
                pattern.Append(last ? "" : "/");
            }
        }

        pattern.Append(@"\z");
        return new Glob(text, new Regex(
            pattern.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline));
    }

    private static bool TryAppend(string component, StringBuilder pattern)
    {
        for (var i = 0; i < component.Length; i++)
        {
            switch (component[i])
            {
                case '*':
                    pattern.Append("[^/]*");
                    break;
                case '?':
                    pattern.Append("[^/]");
                    break;
                case '[':
                    // A ']' right behind the '[' or the '!' is one of the characters.
                    var negated = i + 1 < component.Length && component[i + 1] == '!';
                    var from = i + (negated ? 2 : 1);
                    var end = from < component.Length ? component.IndexOf(']', from + 1) : -1;
                    if (end < 0)
                    {
                        return false;
                    }

                    pattern.Append(negated ? "[^/" : "[");
                    foreach (var c in component[from..end])
                    {
                        pattern.Append(c is '\\' or ']' or '[' or '^' ? $@"\{c}" : c.ToString());
                    }

                    pattern.Append(']');
                    i = end;
                    break;
                default:
                    pattern.Append(Regex.Escape(component[i].ToString()));
                    break;
            }
        }

        return true;
    }
}
