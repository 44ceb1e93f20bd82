namespace Cairn.Integration.Sites;

/// <summary>Questions to a site's database.</summary>
internal static class SiteQueries
{
    /// <summary>The databases that the catalogue knows, in order of their names.</summary>
    public static async Task<string[]> DatabasesAsync(this Site site)
    {
        using var answer = await site.Client.QueryAsync(site.Files.Host(1), "SHOW DATABASES", "", CancellationToken.None);
        return [.. answer.RootElement.GetProperty("results")[0].GetProperty("series")[0].GetProperty("values").EnumerateArray()
            .Select(row => row[0].GetString()!).Order(StringComparer.Ordinal)];
    }
}
