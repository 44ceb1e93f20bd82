using FsCheck;

namespace Cairn.Repository.Tests.Platform;

public sealed class UnixPathTests
{
    [Fact]
    public void Any_bytes_become_a_string_and_the_same_bytes_again()
    {
        Prop.ForAll<byte[]>(bytes =>
        {
            var path = UnixPath.FromBytes(bytes);

            var back = new byte[RawText.CountBytes(path)];
            RawText.Encode(path, back);

            return back.AsSpan().SequenceEqual(bytes) && RawText.IsValid(path);
        }).Check(new Configuration { MaxNbOfTest = 2000, Runner = Config.QuickThrowOnFailure.Runner });
    }

    [Fact]
    public void What_is_shown_is_valid_text_and_can_be_taken_back()
    {
        Prop.ForAll<byte[]>(bytes =>
        {
            var path = UnixPath.FromBytes(bytes);
            var shown = UnixPath.Show(path);

            return !shown.Any(char.IsControl) && System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(shown)) == shown &&
                UnixPath.TryParseShown(shown, out var back) && back == path;
        }).Check(new Configuration { MaxNbOfTest = 2000, Runner = Config.QuickThrowOnFailure.Runner });
    }

    [Fact]
    public void A_name_that_is_UTF_8_is_shown_as_it_is()
    {
        Assert.Equal("data/größe-数据-😀", UnixPath.Show(UnixPath.FromBytes("data/größe-数据-😀"u8)));
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_shown_as_hexadecimal()
    {
        Assert.Equal(@"a\xFF\xC3b\\c\x0A", UnixPath.Show(UnixPath.FromBytes([(byte)'a', 0xFF, 0xC3, (byte)'b', (byte)'\\', (byte)'c', 0x0A])));
    }

    [Fact]
    public void A_second_spelling_of_a_name_and_half_characters_are_told()
    {
        string[] paths = ["\uDCC3\uDCA4", "\uD800", "\uDC00"];

        Assert.All(paths, path => Assert.False(RawText.IsValid(path)));
    }

    [Theory]
    [InlineData(@"a\")]
    [InlineData(@"a\q")]
    [InlineData(@"a\xF")]
    [InlineData(@"a\u12")]
    public void A_backslash_that_begins_no_escape_is_refused(string shown)
    {
        Assert.False(UnixPath.TryParseShown(shown, out _));
    }

    [Fact]
    public void A_directory_is_listed_with_names_of_any_bytes()
    {
        var root = Directory.CreateTempSubdirectory("cairn-names-test-").FullName;
        string[] names = [.. ((byte[][])[[0xFF], [(byte)'a', 0xC3], "ü"u8.ToArray(), "plain"u8.ToArray()]).Select(n => UnixPath.FromBytes(n)).Order(StringComparer.Ordinal)];
        foreach (var name in names)
        {
            UnixFile.CreateNew($"{root}/{name}", mode: 0x180).Dispose();
        }

        var listed = UnixDirectory.ListNames(root);

        Assert.Equal(names, listed);
        Assert.Null(UnixDirectory.ListNames(root + "/absent"));
        Assert.Throws<RepositoryIoException>(() => UnixDirectory.ListNames(root + "/plain"));
        names.ToList().ForEach(n => Assert.Equal(0, Libc.Unlink($"{root}/{n}")));
        Directory.Delete(root);
    }
}
