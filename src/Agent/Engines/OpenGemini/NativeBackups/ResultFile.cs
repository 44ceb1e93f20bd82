using System.Text;
using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Http;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// <c>backup_log/result</c> of a native backup: one JSON line that the store and the meta part both merge themselves into, which a
/// progress writer replaces by plain text once a minute [source]; plain text throughout before v1.5 [source].
/// </summary>
/// <param name="State">What it proves.</param>
/// <param name="Finding">A sentence about it.</param>
/// <param name="TimeNs">When the backup began, in ns since 1970; 0 when it does not tell.</param>
/// <param name="DataDirectory">The store's <c>store-data-dir</c>; empty when it does not tell.</param>
/// <param name="WalDirectory">The store's <c>store-wal-dir</c>.</param>
/// <param name="Databases">The databases that were asked for; empty for all.</param>
internal sealed record ResultFile(
    ResultState State, string Finding, long TimeNs, string DataDirectory, string WalDirectory, IReadOnlyList<string> Databases)
{
    private const int MaxBytes = 1 << 20;
    private const int ShownChars = 80;
    private const string Success = "backup success";

    /// <summary>Where it stands in a backup.</summary>
    public static string PathIn(string backup) => $"{backup}/{BackupLog.DirectoryName}/result";

    /// <summary>When the backup began; null when it does not tell.</summary>
    public DateTimeOffset? Time => TimeNs > 0 ? DateTimeOffset.UnixEpoch.AddTicks(TimeNs / 100) : null;

    /// <summary>Reads it; what cannot be read proves nothing.</summary>
    public static ResultFile Read(string backup)
    {
        var path = PathIn(backup);
        if (!File.Exists(path))
        {
            return Unproved($"there is no '{path}'");
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            return Unproved($"'{path}' has {new FileInfo(path).Length} bytes");
        }

        var text = File.ReadAllText(path);
        return text.TrimStart().StartsWith('{') ? Parse(path, text) : PlainText(path, text);
    }

    private static ResultFile Parse(string path, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var (said, time) = (root.Text("result"), root.Number("time", 0));
            var (state, finding) = said switch
            {
                Success when time > 0 => (ResultState.Proved, $"'{path}' says '{Success}'"),
                "" => (ResultState.Unproved, $"'{path}' holds only what the meta part wrote: the store's own line was lost, as happens when both write at once"),
                Success => (ResultState.Unproved, $"'{path}' says '{Success}' without a time"),
                _ => (ResultState.Failed, $"'{path}' says '{Show(said)}'"),
            };
            return new ResultFile(
                state, finding, time, root.Text("dataDir"), root.Text("walDir"), [.. root.Entries("databases").Select(d => d.Name).Order(StringComparer.Ordinal)]);
        }
        catch (JsonException damaged)
        {
            return Unproved($"'{path}' is damaged: {damaged.Message}");
        }
    }

    private static ResultFile PlainText(string path, string text)
    {
        var said = text.Trim();
        if (said.Equals(Success, StringComparison.OrdinalIgnoreCase))
        {
            return Unproved($"'{path}' says '{Success}' in plain text, as versions before v1.5 do") with { State = ResultState.Proved };
        }

        return said.Contains("Backing up", StringComparison.Ordinal)
            ? Unproved($"'{path}' holds the plain text of the server's progress writer ('{Show(said)}'): a backup of more than a minute leaves that, whether it ended well or not")
            : Unproved(said.Length == 0 ? $"'{path}' is empty" : $"'{path}' is plain text: '{Show(said)}'");
    }

    private static ResultFile Unproved(string finding) => new(ResultState.Unproved, finding, 0, "", "", []);

    private static string Show(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.Take(ShownChars))
        {
            shown.Append(char.IsControl(c) ? ' ' : c);
        }

        return shown.ToString();
    }
}
