using System.Text;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Plain;

/// <summary>
/// An engine whose database is a set of directories that nothing serves. Its configuration file has a line
/// <c>root NAME PATH</c> for each directory, <c>metadata NAME</c> for those that hold cluster metadata, and
/// <c>runs-while FILE</c>: it counts as running while that file is there.
/// </summary>
internal sealed class PlainEngine : IEngine
{
    public const string EngineName = "plain";

    public string Name => EngineName;

    public IReadOnlyList<ParameterRule> BackupParameters => [new ParameterRule("tone", ["loud", "soft"])];

    public IReadOnlyList<ParameterRule> RestoreParameters => [];

    public IReadOnlyList<string> CheckConfiguration(InstanceOptions options) =>
        File.Exists(options.Config) ? [] : [$"{options.Config} is not there"];

    public IEngineInstance Open(InstanceOptions options)
    {
        if (!File.Exists(options.Config))
        {
            throw new CairnException(
                ErrorCode.ConfigurationInvalid, $"{options.Config} is not there", "write it", subject: options.Config);
        }

        return new PlainInstance(options.Name, PlainConfiguration.Read(options.Config));
    }

    public CutVerdict CheckCut(IReadOnlyList<CutEvidence> evidence)
    {
        var texts = evidence.Select(part => Encoding.UTF8.GetString(part.Evidence.Span)).ToList();
        return new CutVerdict(
            texts.TrueForAll(text => text == "consistent"),
            [.. evidence.Select(part => $"{part.Node}/{part.Instance}/{part.Step}: {Encoding.UTF8.GetString(part.Evidence.Span)}")],
            "what the directories held",
            []);
    }
}
