using System.Text;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGauss.Restore;

/// <summary>Where tablespaces go that do not go back to where they were.</summary>
internal sealed class TablespaceMapping
{
    private readonly Dictionary<string, string> places;

    private TablespaceMapping(Dictionary<string, string> places) => this.places = places;

    /// <summary>The directories that were named as old ones.</summary>
    public IEnumerable<string> Old => places.Keys;

    /// <summary>Reads <c>OLD=NEW</c> texts: absolute paths, each old one once, <c>\=</c> for an equals sign in a path.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static TablespaceMapping Parse(IEnumerable<string> texts)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var (old, renewed) = Split(text);
            if (!IsPlain(old) || !IsPlain(renewed))
            {
                throw Invalid($"tablespace-mapping '{text}': both sides have to be absolute paths without '..'");
            }

            if (!places.TryAdd(Path.TrimEndingDirectorySeparator(old), Path.TrimEndingDirectorySeparator(renewed)))
            {
                throw Invalid($"tablespace-mapping names '{old}' twice");
            }
        }

        if (places.Values.Distinct(StringComparer.Ordinal).Count() < places.Count)
        {
            throw Invalid("tablespace-mapping puts two tablespaces into one directory");
        }

        return new TablespaceMapping(places);
    }

    /// <summary>Where a tablespace goes; null: where it was.</summary>
    public string? Find(string location) => places.GetValueOrDefault(Path.TrimEndingDirectorySeparator(location));

    private static (string Old, string New) Split(string text)
    {
        var parts = new List<StringBuilder> { new() };
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] == '=')
            {
                parts[^1].Append('=');
                at++;
            }
            else if (text[at] == '=')
            {
                parts.Add(new StringBuilder());
            }
            else
            {
                parts[^1].Append(text[at]);
            }
        }

        return parts.Count == 2 ? (parts[0].ToString(), parts[1].ToString()) : throw Invalid($"tablespace-mapping '{text}' is not OLD=NEW");
    }

    private static bool IsPlain(string path) => Path.IsPathFullyQualified(path) && path.Length > 1 && !path.Split('/').Contains("..");

    private static CairnException Invalid(string finding) =>
        new(ErrorCode.InvalidRequest, finding, "write OLD=NEW, absolute paths, and \\= for an equals sign in a path");
}
