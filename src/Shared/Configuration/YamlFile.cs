using Cairn.Shared.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cairn.Shared.Configuration;

/// <summary>Reads a daemon's configuration strictly: keys are lower-case with hyphens, and an unknown one is a problem.</summary>
public static class YamlFile
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// Reads <paramref name="path"/> into a new <typeparamref name="T"/>. Everything that cannot be read is added to
    /// <paramref name="problems"/>, one sentence each with line and column; what can be is in the answer, so that its
    /// own problems can be told beside. Null when the file cannot be read or is not YAML.
    /// </summary>
    public static T? Read<T>(string path, ICollection<string> problems)
        where T : class, new()
    {
        string text;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes } large)
            {
                problems.Add($"{path}: {large.Length} bytes is too large for a configuration file");
                return null;
            }

            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: cannot be read: {failure.Message}");
            return null;
        }

        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count > 1)
            {
                problems.Add($"{path}: more than one document is in it; only one is expected");
            }

            return stream.Documents.Count == 0
                ? new T()
                : new YamlBinding(path, problems).Bind<T>(stream.Documents[0].RootNode, key: "");
        }
        catch (YamlException failure)
        {
            problems.Add($"{path}:{failure.Start.Line}:{failure.Start.Column}: {failure.InnerException?.Message ?? failure.Message}");
            return null;
        }
    }

    /// <summary>The problems as one failure, for a daemon that was started with them.</summary>
    public static CairnException ToFailure(string path, IReadOnlyCollection<string> problems) => new(
        ErrorCode.ConfigurationInvalid,
        string.Join("; ", problems),
        $"mend {path}, then check it with --check-config",
        subject: path);
}
