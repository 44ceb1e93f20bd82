using System.Globalization;

namespace Cairn.Agent.Engines.OpenGauss.Configuration;

/// <summary>A tablespace.</summary>
/// <param name="Number">Its OID, which names its link in <c>pg_tblspc</c>.</param>
/// <param name="Location">The directory that the link names.</param>
/// <param name="VersionDirectory">The directory in it that holds this server's files; empty when there is none.</param>
/// <param name="Inside">It lies inside the data directory, so that its files are there already.</param>
internal sealed record Tablespace(uint Number, string Location, string VersionDirectory, bool Inside)
{
    private const string Prefix = "tablespace-";

    /// <summary>The name of its root in a point.</summary>
    public string Root => RootOf(Number);

    /// <summary>The directory with the server's files.</summary>
    public string Path => $"{Location}/{VersionDirectory}";

    /// <summary>The name of a tablespace's root.</summary>
    public static string RootOf(uint number) => Prefix + number.ToString(CultureInfo.InvariantCulture);
}
