using System.Globalization;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Audit;

/// <summary>What <c>cairn audit</c> prints.</summary>
internal static class AuditViews
{
    /// <summary>One record on one line, so that a long log needs no memory.</summary>
    public static string Line(AuditEntry entry)
    {
        var call = entry.Call[(entry.Call.LastIndexOf('/') + 1)..];
        var answers = entry.Answers > 0 ? string.Create(CultureInfo.InvariantCulture, $" (of {entry.Answers})") : "";
        string[] parts =
        [
            entry.Sequence.ToString(CultureInfo.InvariantCulture),
            TimeText.Moment(entry.At),
            entry.Kind,
            entry.Who.Length == 0 ? "-" : entry.Who,
            entry.Address.Length == 0 ? "" : $"from {entry.Address}",
            call,
            entry.Subject,
            entry.Outcome.Length == 0 ? "" : $"→ {entry.Outcome}{answers}",
        ];
        return string.Join("  ", parts.Where(part => part.Length > 0).Select(Printable.Line));
    }

    /// <summary>The verdict.</summary>
    public static IRenderable Verdict(AuditVerdict verdict)
    {
        var page = new Page()
            .Detail("records", string.Create(
                CultureInfo.InvariantCulture, $"{verdict.FirstSequence} to {verdict.LastSequence}, in {verdict.Files} files"))
            .Detail("head", Printable.OrDash(verdict.Head));
        foreach (var damage in verdict.Damage)
        {
            page.Line(Printable.Line(damage), Styles.Bad);
        }

        return page.Gap()
            .Line(
                verdict.Sound ? "The audit log is what was written." : "The audit log is not what was written.",
                verdict.Sound ? Styles.Good : Styles.Bad)
            .ToView();
    }
}
