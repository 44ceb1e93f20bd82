using System.Text.RegularExpressions;

namespace Cairn.House.Tests;

public sealed partial class PagesTests
{
    public static TheoryData<string> Pages()
    {
        var pages = new TheoryData<string>();
        foreach (var page in Directory.EnumerateFiles(Checkout.Root, "*.md", SearchOption.AllDirectories)
            .Select(page => Path.GetRelativePath(Checkout.Root, page))
            .Where(page => !page.Contains("node_modules", StringComparison.Ordinal)
                && !page.Contains("/bin/", StringComparison.Ordinal)))
        {
            pages.Add(page);
        }

        return pages;
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_relative_link_of_a_page_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Checkout.PathOf(page))!;

        var dead = Link().Matches(File.ReadAllText(Checkout.PathOf(page)))
            .Select(match => match.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(folder, target)));

        Assert.Empty(dead);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
