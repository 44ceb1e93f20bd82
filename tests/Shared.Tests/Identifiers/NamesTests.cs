using Cairn.Shared.Identifiers;

namespace Cairn.Shared.Tests.Identifiers;

public sealed class NamesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("node-1.rack_2")]
    public void Letters_digits_dots_underscores_and_hyphens_make_a_name(string name) => Assert.True(Names.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a\n")]
    [InlineData("nöde")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public void What_could_lead_out_of_a_directory_or_a_table_is_none(string name) => Assert.False(Names.IsValid(name));
}
