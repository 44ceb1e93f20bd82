using System.Globalization;
using System.Text.RegularExpressions;
using Cairn.Shared.Errors;
using Cairn.TestKit;

namespace Cairn.Shared.Tests.Errors;

/// <summary>docs/errors.md is what operators look codes up in; it and the table in the code say the same.</summary>
public sealed partial class ErrorPageTests
{
    private static readonly string Page = File.ReadAllText(Checkout.PathOf("docs/errors.md"));

    [Fact]
    public void Every_code_has_its_row_with_its_status_and_exit_code()
    {
        var expected = Enum.GetValues<ErrorCode>()
            .Select(code => (code.WireName(), code.Status().ToString(), (int)code.ExitClass()))
            .Order();

        var rows = CodeRow().Matches(Page)
            .Select(row => (
                row.Groups["code"].Value,
                row.Groups["status"].Value,
                int.Parse(row.Groups["exit"].Value, CultureInfo.InvariantCulture)))
            .Order();

        Assert.Equal(expected, rows);
    }

    [Fact]
    public void Every_row_says_what_the_code_means_and_the_way_out()
    {
        Assert.All(CodeRow().Matches(Page), row =>
        {
            Assert.True(row.Groups["meaning"].Value.Length > 10, row.Value);
            Assert.True(row.Groups["wayOut"].Value.Length > 5, row.Value);
        });
    }

    [Fact]
    public void Every_exit_class_has_its_row()
    {
        var expected = Enum.GetValues<ExitClass>()
            .Select(exit => ((int)exit, exit.ToString().ToLowerInvariant()));

        var rows = ExitRow().Matches(Page).Select(row => (
            int.Parse(row.Groups["exit"].Value, CultureInfo.InvariantCulture), row.Groups["name"].Value));

        Assert.Equal(expected, rows);
    }

    [GeneratedRegex(
        @"^\| `(?<code>[A-Z_]+)` \| (?<status>\w+) \| (?<exit>\d) \| (?<meaning>[^|]+) \| (?<wayOut>[^|]+) \|$",
        RegexOptions.Multiline)]
    private static partial Regex CodeRow();

    [GeneratedRegex(@"^\| (?<exit>\d) \| (?<name>[a-z]+) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex ExitRow();
}
