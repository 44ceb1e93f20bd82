using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Databases;

/// <summary>Which databases a backup can be limited to: those that can be brought back alone.</summary>
internal static class SelectedDatabases
{
    /// <summary>Returns what was found.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.Unsupported"/>: one has copies, or a name that is no directory's; <see cref="ErrorCode.InvalidRequest"/>: one is not there.
    /// </exception>
    public static string Require(Catalogue catalogue, IReadOnlyList<string> databases)
    {
        if (databases.FirstOrDefault(name => !IsPlain(name)) is { } odd)
        {
            throw new CairnException(
                ErrorCode.Unsupported, $"'{odd}' cannot be the name of a directory", "back up the whole cluster, without --objects", subject: odd);
        }

        if (databases.FirstOrDefault(name => !catalogue.Databases.Contains(name)) is { } missing)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"the catalogue has no database '{missing}'",
                $"it has {string.Join(", ", catalogue.Databases)}",
                subject: missing);
        }

        if (catalogue.Groups.FirstOrDefault(group => databases.Contains(group.Database)) is { } group)
        {
            throw new CairnException(
                ErrorCode.Unsupported,
                $"database '{group.Database}' has {group.Members.Count} copies of each partition, and how a running cluster takes those back was never observed",
                "back up the whole cluster, without --objects; its restore brings all copies together",
                subject: group.Database);
        }

        return $"{string.Join(", ", databases)}: single copies, {string.Join(", ", catalogue.Databases.Except(databases).DefaultIfEmpty("nothing"))} besides";
    }

    /// <summary>True for a name that stands for one directory below data and WAL, and for one database where several are named with commas between.</summary>
    public static bool IsPlain(string name) =>
        name.Length is > 0 and <= 255 && name is not ("." or "..") && !name.Any(c => c is '/' or ',' or '\0' || char.IsControl(c));
}
