using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Engines.OpenGemini.Http;

namespace Cairn.Agent.Engines.OpenGemini.Meta;

/// <summary>What the catalogue says to the check of the cut: replica groups, and what it shows that was never observed.</summary>
internal static class CatalogueEvidence
{
    /// <summary>The evidence of a catalogue.</summary>
    public static Evidence Of(Catalogue catalogue, bool exact)
    {
        var features = catalogue.Features.ToHashSet(StringComparer.Ordinal);
        if (catalogue.PartitionsPerNode > 1)
        {
            features.Add(Caveats.PartitionsPerNode);
        }

        if (catalogue.Metas.Count is not (1 or 3))
        {
            features.Add(Caveats.MetaCount);
        }

        if (catalogue.Groups.Any(g => g.Members.Count != 3))
        {
            features.Add(Caveats.ReplicaCount);
        }

        if (exact && catalogue.Groups.Count > 0)
        {
            features.Add(Caveats.ExactReplicated);
        }

        return new Evidence
        {
            Exact = exact,
            Groups = [.. catalogue.Groups.Select(g => new GroupEvidence(g.Database, g.Id, g.Master, g.Members))],
            Features = [.. features.Order(StringComparer.Ordinal)],
        };
    }
}
