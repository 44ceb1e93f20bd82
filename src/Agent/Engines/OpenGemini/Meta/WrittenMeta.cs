using System.Text;
using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Http;

namespace Cairn.Agent.Engines.OpenGemini.Meta;

/// <summary>META as a ts-meta writes it for a backup: <c>raft.db</c>, <c>snapshots</c>, and <c>meta_info.json</c> beside them; all of it checked.</summary>
/// <param name="Snapshots">At least one.</param>
/// <param name="Catalogue">Out of <c>meta_info.json</c>; null when there is none, as from v1.3.</param>
/// <param name="MetaInfo">The text of <c>meta_info.json</c>; null when there is none or it is long.</param>
internal sealed record WrittenMeta(IReadOnlyList<MetaSnapshot> Snapshots, Catalogue? Catalogue, string? MetaInfo)
{
    /// <summary>The catalogue as JSON, for people; no part of META.</summary>
    public const string InfoName = "meta_info.json";

    private const int MaxMetaInfoBytes = 64 << 20;
    private const int KeptMetaInfoBytes = 256 << 10;

    /// <summary>Reads and checks what was written.</summary>
    /// <exception cref="InvalidDataException">It is torn, incomplete or no META.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static WrittenMeta Read(string directory)
    {
        var buckets = BoltFile.Check(directory + "/raft.db");
        if (!buckets.Contains("logs") || !buckets.Contains("conf"))
        {
            throw new InvalidDataException($"raft.db holds {(buckets.Count == 0 ? "nothing" : string.Join(", ", buckets))} where logs and conf should be");
        }

        var snapshots = Directory.Exists(directory + "/snapshots")
            ? Directory.EnumerateDirectories(directory + "/snapshots").Select(MetaSnapshot.Read).ToList()
            : [];
        if (snapshots.Count == 0)
        {
            throw new InvalidDataException("there is no snapshot");
        }

        var path = $"{directory}/{InfoName}";
        if (!File.Exists(path))
        {
            return new WrittenMeta(snapshots, Catalogue: null, MetaInfo: null);
        }

        if (new FileInfo(path).Length > MaxMetaInfoBytes)
        {
            throw new InvalidDataException("meta_info.json is too large");
        }

        var bytes = File.ReadAllBytes(path);
        return new WrittenMeta(snapshots, Parse(bytes), bytes.Length <= KeptMetaInfoBytes ? Encoding.UTF8.GetString(bytes) : null);
    }

    private static Catalogue Parse(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return Catalogue.Parse(document.RootElement) ?? throw new InvalidDataException("meta_info.json is no catalogue");
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException("meta_info.json is not JSON", wrong);
        }
    }
}
