namespace Cairn.Cli.Terminal;

/// <summary>What a command prints on standard output.</summary>
internal enum OutputFormat
{
    /// <summary>Tables and sentences for people; their layout may change.</summary>
    Text,

    /// <summary>The contract's messages as JSON, one per line; their fields stay.</summary>
    Json,
}
