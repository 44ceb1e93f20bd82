namespace Cairn.Agent.Configuration;

/// <summary>Limits that hold whatever a coordinator asks for.</summary>
public sealed class LimitOptions
{
    /// <summary>
    /// Free space that a backup or a restore must leave on every file system it writes to. A larger one refuses earlier.
    /// Default 64MiB.
    /// </summary>
    public string FreeFloor { get; set; } = "64MiB";

    /// <summary>How often held captures are looked at, in milliseconds, 10 to 60000. Default 1000.</summary>
    public int CaptureCheckMs { get; set; } = 1000;

    /// <summary>
    /// The longest pause between attempts to reach the coordinator, in milliseconds, 100 to 600000. A longer one finds a
    /// restarted coordinator later. Default 10000.
    /// </summary>
    public int ReconnectMaxMs { get; set; } = 10_000;

    /// <summary>
    /// How long a database is given to settle between its logs and its data, in milliseconds, 0 to 60000. Every hot backup
    /// takes that much longer; less than the default is for tests only. Default 3000.
    /// </summary>
    public int SettleMs { get; set; } = 3000;

    /// <summary>How long a client may take for its TLS handshake, in seconds, 1 to 120. Default 10.</summary>
    public int HandshakeSeconds { get; set; } = 10;

    /// <summary>
    /// How long a question to a database may take, in milliseconds, 100 to 60000. More delays the news that it is dead.
    /// Default 3000.
    /// </summary>
    public int QuestionMs { get; set; } = 3000;
}
