using System.Globalization;
using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGauss.Pages;

/// <summary>What a point cannot promise when pages of its source were damaged.</summary>
internal static class PageCaveat
{
    private const string Name = "damaged-pages";
    private const int MaxNamed = 20;

    /// <summary>The caveat; none when every page was right.</summary>
    public static IEnumerable<Caveat> Of(BackupNotes notes)
    {
        if (notes.PageFailureCount == 0)
        {
            yield break;
        }

        var named = notes.PageFailures.Take(MaxNamed).Select(failure => string.Create(
            CultureInfo.InvariantCulture,
            $"{(failure.Relation.Length > 0 ? failure.Relation : "unknown relation")} block {failure.Block} in {failure.File}"));
        yield return new Caveat
        {
            Name = Name,
            Text = string.Create(CultureInfo.InvariantCulture, $"{notes.PageFailureCount} page(s) of the source have a wrong checksum and are in the point as they are: ")
                + string.Join("; ", named) + (notes.PageFailureCount > MaxNamed ? "; …" : ""),
        };
    }
}
