namespace Cairn.Coordinator.Catalog;

/// <summary>Times as the catalog keeps them: UTC milliseconds since 1970.</summary>
internal static class CatalogTime
{
    public static long ToCatalog(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static DateTimeOffset FromCatalog(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
