namespace Cairn.Repository.Tests.Scratch;

public sealed class PathKeyTests
{
    [Fact]
    public void A_path_has_one_key_and_paths_that_are_nearly_alike_have_others()
    {
        var paths = Enumerable.Range(0, 20_000).Select(i => $"data/{i}")
            .Concat(Enumerable.Range(1, EntryRules.MaxPathBytes).Select(length => new string('a', length)))
            .Concat(["data/\uDCFF", "data/\uDCFE", "data/\u00FF", "Data/0", "data/0 "])
            .ToList();

        var keys = paths.Select(PathKey.Of).ToList();

        Assert.Equal(keys, paths.Select(PathKey.Of));
        Assert.Equal(paths.Count, keys.Distinct().Count());
        Assert.Equal(paths.Count, keys.Select(k => k.High).Distinct().Count());
        Assert.Equal(paths.Count, keys.Select(k => k.Low).Distinct().Count());
    }
}
