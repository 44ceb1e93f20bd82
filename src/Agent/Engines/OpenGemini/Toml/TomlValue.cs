namespace Cairn.Agent.Engines.OpenGemini.Toml;

/// <summary>A value of a configuration file and the line it stands on.</summary>
/// <param name="Value"><see cref="string"/>, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/> or a list of values.</param>
/// <param name="Line">Counts from 1.</param>
internal sealed record TomlValue(object Value, int Line);
