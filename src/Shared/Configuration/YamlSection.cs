using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cairn.Shared.Configuration;

/// <summary>
/// A part of a configuration file that its reader does not know and hands on, to be read as strictly by whoever does; an option
/// of this type takes any value. Problems keep the file, line, column and key of the whole file.
/// </summary>
public sealed class YamlSection
{
    private readonly string path;
    private readonly string key;
    private readonly YamlNode? node;

    internal YamlSection(string path, string key, YamlNode node) => (this.path, this.key, this.node) = (path, key, node);

    private YamlSection() => (path, key) = ("", "");

    /// <summary>What is not there.</summary>
    public static YamlSection None { get; } = new();

    /// <summary>True when nothing was written.</summary>
    public bool IsEmpty => node is null;

    /// <summary>The section that <paramref name="yaml"/> is; for options that are no part of a file.</summary>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static YamlSection Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents.Count == 0 ? None : new YamlSection("options", "", stream.Documents[0].RootNode);
    }

    /// <summary>
    /// Reads it into a new <typeparamref name="T"/>, which has its defaults where nothing was written. Everything that cannot be
    /// read is added to <paramref name="problems"/>, as by <see cref="YamlFile.Read"/>.
    /// </summary>
    public T Read<T>(ICollection<string> problems)
        where T : class, new() => node is null ? new T() : new YamlBinding(path, problems).Bind<T>(node, key);
}
