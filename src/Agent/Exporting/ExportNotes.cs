using System.Globalization;
using Cairn.Repository;

namespace Cairn.Agent.Exporting;

/// <summary>What an export is not, though it was made: people should not have to find that out by its use.</summary>
internal static class ExportNotes
{
    /// <summary>A sentence for each; <paramref name="lack"/> is the engines' own.</summary>
    public static IReadOnlyList<string> Of(RestoreReport report, string? lack)
    {
        var notes = lack is null ? new List<string>() : [lack];
        if (report is { AttributesNotKept: > 0, Notes: [var first, ..] })
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.AttributesNotKept} owners or attributes of files are not as they were, the first: {UnixPath.Show(first.Path)}: {first.Attribute}: {first.Finding}"));
        }

        return notes;
    }
}
