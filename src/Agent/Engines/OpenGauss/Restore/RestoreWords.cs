using System.Text.RegularExpressions;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGauss.Restore;

/// <summary>What a restore of a server may be given.</summary>
internal static partial class RestoreWords
{
    /// <summary>Where a tablespace goes.</summary>
    public const string Mapping = "tablespace-mapping";

    private const string Port = "port";
    private const string Set = "set";
    private const string Archive = "archive";

    /// <summary>The parameters.</summary>
    public static IReadOnlyList<ParameterRule> Rules { get; } =
    [
        new ParameterRule(Mapping, [], Repeats: true),
        new ParameterRule(Port, []),
        new ParameterRule(Set, [], Repeats: true),
        new ParameterRule(Archive, ["off", "keep"]),
    ];

    /// <summary>The settings that the operator gives the restored server.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Settings(EngineParameters parameters)
    {
        var settings = new List<KeyValuePair<string, string>>();
        if (parameters.Find(Port) is { } port)
        {
            settings.Add(ServerConfiguration.TryPort(port, out _)
                ? KeyValuePair.Create(Port, port)
                : throw new CairnException(ErrorCode.InvalidRequest, $"'{port}' is no port", "give a number from 1 to 65535"));
        }

        foreach (var text in parameters.All(Set))
        {
            var cut = text.IndexOf('=', StringComparison.Ordinal);
            settings.Add(cut > 0 && SettingName().IsMatch(text[..cut])
                ? KeyValuePair.Create(text[..cut].ToLowerInvariant(), text[(cut + 1)..])
                : throw new CairnException(ErrorCode.InvalidRequest, $"set '{text}' is not NAME=VALUE", "write --parameter set=NAME=VALUE"));
        }

        return settings;
    }

    /// <summary>Whether the restored server must not archive: a copy never, the original when it is told so.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: a copy was told to archive.</exception>
    public static bool MustNotArchive(EngineParameters parameters, bool isCopy) => parameters.Find(Archive) switch
    {
        "keep" when isCopy => throw new CairnException(
            ErrorCode.InvalidRequest,
            "a copy that archives would write into the archive of the server that it is a copy of",
            "leave archive out; give the copy an archive of its own once it runs"),
        "off" => true,
        _ => isCopy,
    };

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.]{0,127}$")]
    private static partial Regex SettingName();
}
