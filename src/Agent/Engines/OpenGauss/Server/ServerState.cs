using System.Globalization;

namespace Cairn.Agent.Engines.OpenGauss.Server;

/// <summary>What a server says of itself.</summary>
internal sealed record ServerState(
    string Version,
    bool InRecovery,
    string DataDirectory,
    string ConfigFile,
    string HbaFile,
    string IdentFile,
    bool Checksums,
    string WalLevel,
    string FullPageWrites,
    string SystemIdentifier,
    string Timeline,
    int WalSegmentBytes,
    string ArchiveMode,
    string LocalRole)
{
    private const int Columns = 15;

    /// <summary>The role by which the cluster's topology names it.</summary>
    public string Role => LocalRole.Length > 0 ? LocalRole.ToLowerInvariant() : InRecovery ? Roles.Standby : Roles.Primary;

    /// <summary>Reads the row that <see cref="Dialect.State"/> answers with.</summary>
    /// <exception cref="InvalidDataException">It is not such a row.</exception>
    public static ServerState Of(IReadOnlyList<string> row)
    {
        if (row.Count != Columns
            || !int.TryParse(row[11], NumberStyles.None, CultureInfo.InvariantCulture, out var segment)
            || UnitOf(row[12]) is not { } unit
            || segment * (long)unit is < 1 << 20 or > 1 << 30)
        {
            throw new InvalidDataException($"the server's settings cannot be understood: {string.Join(" | ", row)}");
        }

        return new ServerState(
            row[0], IsTrue(row[1]), row[2], row[3], row[4], row[5], IsTrue(row[6]), row[7], row[8], row[9], row[10], segment * unit, row[13], row[14]);
    }

    private static bool IsTrue(string text) => text is "true" or "t" or "on";

    // Version 10 tells the size in blocks of the log.
    private static int? UnitOf(string unit) => unit switch
    {
        "B" => 1,
        "8kB" => 8192,
        "kB" => 1024,
        "MB" => 1 << 20,
        _ => null,
    };
}
