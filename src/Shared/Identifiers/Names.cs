using System.Text.RegularExpressions;
using Cairn.Shared.Errors;

namespace Cairn.Shared.Identifiers;

/// <summary>
/// What names of clusters, nodes and instances look like: 1 to 63 characters, letters, digits, '.', '_' and '-', first
/// and last a letter or digit. They become directory names and table columns, so nothing else is let in.
/// </summary>
public static partial class Names
{
    /// <summary>True when <paramref name="name"/> can be the name of a cluster, a node or an instance.</summary>
    public static bool IsValid(string? name) => name is not null && Pattern().IsMatch(name);

    /// <summary>Returns <paramref name="name"/>, or refuses it.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when it is not a name.</exception>
    public static string Require(string? name, string what) => IsValid(name)
        ? name!
        : throw new CairnException(
            ErrorCode.InvalidRequest,
            $"'{Printable(name)}' cannot be the name of a {what}",
            "use 1 to 63 letters, digits, '.', '_' and '-', beginning and ending with a letter or a digit");

    private static string Printable(string? name) =>
        name is null ? "" : new string([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
