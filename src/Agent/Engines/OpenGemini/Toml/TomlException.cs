namespace Cairn.Agent.Engines.OpenGemini.Toml;

/// <summary>A configuration file that this reader does not understand, with the line.</summary>
internal sealed class TomlException(int line, string what) : Exception($"line {line}: {what}")
{
    /// <summary>Counts from 1.</summary>
    public int Line { get; } = line;
}
