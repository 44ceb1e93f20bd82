using System.Globalization;
using Cairn.TestKit;

namespace Cairn.Repository.Tests.Format;

/// <summary>docs/repository-format.md, and the bytes of the examples on it.</summary>
internal static class FormatPage
{
    public static readonly string Text = File.ReadAllText(Checkout.PathOf("docs/repository-format.md"));

    /// <summary>A fenced block "```hex NAME": lines of an offset of four digits, two blanks, and bytes.</summary>
    public static byte[] Hex(string name)
    {
        var lines = Text.Split('\n').SkipWhile(l => l != $"```hex {name}").Skip(1).TakeWhile(l => l != "```");
        return [.. lines.SelectMany(l => l[6..].Split(' ')).Select(b => byte.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }
}
