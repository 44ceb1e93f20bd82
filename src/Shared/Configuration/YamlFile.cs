using System.Text.RegularExpressions;
using Cairn.Shared.Errors;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Cairn.Shared.Configuration;

/// <summary>Reads a daemon's configuration strictly: keys are lower-case with hyphens, and an unknown one is a problem.</summary>
public static partial class YamlFile
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// Reads <paramref name="path"/> into a new <typeparamref name="T"/>. What cannot be read is added to
    /// <paramref name="problems"/>, one sentence each with line and column, and null is returned.
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
            var reader = new DeserializerBuilder()
                .WithNamingConvention(HyphenatedNamingConvention.Instance)
                .WithDuplicateKeyChecking()
                .Build();
            return reader.Deserialize<T?>(text) ?? new T();
        }
        catch (YamlException failure)
        {
            problems.Add($"{path}:{failure.Start.Line}:{failure.Start.Column}: {Sentence(failure)}");
            return null;
        }
    }

    // The reader names its own types where an operator wrote a key that there is not.
    private static string Sentence(YamlException failure) => UnknownKey().Match(failure.Message) is { Success: true } unknown
        ? $"there is no key '{unknown.Groups[1].Value}' here"
        : failure.InnerException?.Message ?? failure.Message;

    [GeneratedRegex("^Property '([^']*)' not found on type")]
    private static partial Regex UnknownKey();

    /// <summary>The problems as one failure, for a daemon that was started with them.</summary>
    public static CairnException ToFailure(string path, IReadOnlyCollection<string> problems) => new(
        ErrorCode.ConfigurationInvalid,
        string.Join("; ", problems),
        $"mend {path}, then check it with --check-config",
        subject: path);
}
