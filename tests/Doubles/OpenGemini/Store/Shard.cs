using System.Globalization;

namespace OpenGeminiDouble.Store;

/// <summary>One shard's directories and what of it is not yet in a data file. Guarded by its partition's gate.</summary>
internal sealed class Shard
{
    private const int LogWriters = 2;
    private readonly string tsspPath;
    private readonly string walPath;
    private readonly HeldFiles held;
    private readonly bool logged;
    private readonly Dictionary<string, Point> memory = new(StringComparer.Ordinal);
    private readonly Dictionary<int, FileStream> logs = [];
    private readonly List<string> logFiles = [];
    private int nextSequence;
    private int nextLog;
    private int nextWriter;

    /// <param name="logged">Whether this shard has a log of its own; one of a replicated database has none.</param>
    public Shard(string shardPath, string indexPath, string walPath, HeldFiles held, bool logged)
    {
        tsspPath = Path.Combine(shardPath, "tssp");
        this.walPath = walPath;
        this.held = held;
        this.logged = logged;
        Index = new SeriesIndex(indexPath, held);
        if (Directory.Exists(shardPath))
        {
            foreach (var unfinished in Directory.EnumerateFiles(shardPath, "*.init", SearchOption.AllDirectories).ToList())
            {
                File.Delete(unfinished);
            }
        }

        foreach (var file in DataFiles("*"))
        {
            held.Hold(file);
            nextSequence = Math.Max(nextSequence, Sequence(file));
        }

        Replay();
    }

    public SeriesIndex Index { get; }

    /// <summary>When the last point came, by the system's monotonic clock.</summary>
    public long LastWrite { get; private set; }

    public bool Dirty => memory.Count > 0;

    public void Write(IReadOnlyList<Point> points)
    {
        if (logged)
        {
            var log = Log(nextWriter++ % LogWriters);
            log.Write(WalFile.Record(string.Join('\n', points.Select(point => point.Line))));
            log.Flush();
        }

        Remember(points);
    }

    /// <summary>Takes points in without logging them: they are in the Raft log, or come from a log.</summary>
    public void Remember(IReadOnlyList<Point> points)
    {
        foreach (var point in points)
        {
            memory[point.Key] = point;
        }

        LastWrite = TimeProvider.System.GetTimestamp();
    }

    /// <summary>Index first, then the data files, then the log files they cover are unlinked.</summary>
    public void Flush()
    {
        if (memory.Count == 0)
        {
            return;
        }

        foreach (var log in logs.Values)
        {
            log.Dispose();
        }

        logs.Clear();
        Index.Add(memory.Values.Select(point => point.Series));
        foreach (var group in memory.Values.GroupBy(point => point.Measurement).ToList())
        {
            var file = FileName(group.Key, ++nextSequence, 0);
            TsspFile.Write(file, [.. group.OrderBy(point => point.TimeNs)]);
            held.Hold(file);
        }

        memory.Clear();
        foreach (var file in logFiles)
        {
            File.Delete(file);
        }

        logFiles.Clear();
    }

    /// <summary>Merges the double's own files of one measurement: the new file first, then the old ones unlinked.</summary>
    public void Compact()
    {
        foreach (var group in DataFiles("*").GroupBy(Path.GetDirectoryName).ToList())
        {
            var own = group.Select(file => (File: file, Points: TsspFile.Read(file))).Where(file => file.Points.Count > 0)
                .OrderBy(file => Sequence(file.File)).ToList();
            if (own.Count < 2)
            {
                continue;
            }

            var merged = new Dictionary<string, Point>(StringComparer.Ordinal);
            foreach (var point in own.SelectMany(file => file.Points))
            {
                merged[point.Key] = point;
            }

            var measurement = Path.GetFileName(group.Key)![..^5];
            var level = own.Max(file => Level(file.File)) + 1;
            var target = FileName(measurement, Sequence(own[0].File), level);
            TsspFile.Write(target, [.. merged.Values.OrderBy(point => point.TimeNs)]);
            held.Hold(target);
            foreach (var (file, _) in own)
            {
                held.Remove(file);
            }
        }
    }

    public IEnumerable<Point> Read(string measurement) =>
        DataFiles(measurement + "_0000").OrderBy(Level).SelectMany(TsspFile.Read).Where(point => Index.Knows(point.Series))
            .Concat(memory.Values.Where(point => point.Measurement == measurement));

    public IEnumerable<string> Measurements() =>
        (Directory.Exists(tsspPath) ? Directory.EnumerateDirectories(tsspPath) : []).Select(path => Path.GetFileName(path)[..^5])
            .Concat(memory.Values.Select(point => point.Measurement)).Distinct();

    public void Close()
    {
        foreach (var log in logs.Values)
        {
            log.Dispose();
        }
    }

    private void Replay()
    {
        if (!logged || !Directory.Exists(walPath))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(walPath, "*.wal", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            nextLog = Math.Max(nextLog, int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture));
            if (WalFile.Read(file) is { } points)
            {
                logFiles.Add(file);
                Remember(points);
            }
        }

        // Nothing was written: an idle shard is flushed after a while, not at once.
        LastWrite = TimeProvider.System.GetTimestamp();
    }

    private FileStream Log(int writer)
    {
        if (!logs.TryGetValue(writer, out var log))
        {
            var directory = Path.Combine(walPath, writer.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(directory);
            var file = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{++nextLog}.wal"));
            logs[writer] = log = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            logFiles.Add(file);
        }

        return log;
    }

    private IEnumerable<string> DataFiles(string measurement) =>
        Directory.Exists(tsspPath)
            ? Directory.EnumerateDirectories(tsspPath, measurement)
                .SelectMany(directory => Directory.EnumerateFiles(directory, "*.tssp", SearchOption.AllDirectories))
            : [];

    private string FileName(string measurement, int sequence, int level) => Path.Combine(
        tsspPath, measurement + "_0000", string.Create(CultureInfo.InvariantCulture, $"{sequence:x8}-{level:x4}-00000000.tssp"));

    private static int Sequence(string file) => Convert.ToInt32(Path.GetFileName(file)[..8], 16);

    private static int Level(string file) => Convert.ToInt32(Path.GetFileName(file).Substring(9, 4), 16);
}
