using System.Text.RegularExpressions;

namespace Cairn.House.Tests;

/// <summary>The surface that the tests of our gRPC approve, one type or member a line.</summary>
internal sealed partial class ApprovedGrpc
{
    private readonly HashSet<GrpcMember> members = [];
    private readonly HashSet<string> delegates = new(StringComparer.Ordinal);

    public ApprovedGrpc(string path)
    {
        var lines = File.ReadAllLines(path);
        var types = lines.Select(line => TypeLine().Match(line)).Where(match => match.Success).ToList();
        foreach (var type in types)
        {
            var name = Plain(type.Groups["name"].Value);
            members.Add(new GrpcMember(name, Name: null, Parameters: null));
            if (type.Groups["kind"].Value == "delegate")
            {
                delegates.Add(name);
            }
        }

        foreach (var line in lines.Where(line => !TypeLine().IsMatch(line)))
        {
            members.Add(MemberIn(line));
        }
    }

    /// <summary>Whether the surface has it; every delegate can be made, which needs no line.</summary>
    public bool Has(GrpcMember member) =>
        members.Contains(member) || (member is { Name: ".ctor", Parameters: 2 } && delegates.Contains(member.Type));

    // "Type(parameters)", "Type.Method<T>(parameters) -> Result", "Type.Property -> Result { get }", "Type.Constant = 1".
    private GrpcMember MemberIn(string line)
    {
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var end = line.IndexOf(" -> ", StringComparison.Ordinal);
        if (open < 0 || (end >= 0 && end < open))
        {
            var (type, name) = Split(Plain(line[..(end >= 0 ? end : line.IndexOf(" = ", StringComparison.Ordinal))]));
            return new GrpcMember(type, name, Parameters: null);
        }

        var list = Plain(line[(open + 1)..line.IndexOf(')', open)]);
        var count = list.Length == 0 ? 0 : list.Count(letter => letter == ',') + 1;
        var full = Plain(line[..open]);
        if (members.Contains(new GrpcMember(full, Name: null, Parameters: null)))
        {
            return new GrpcMember(full, ".ctor", count);
        }

        var (owner, method) = Split(full);
        return new GrpcMember(owner, method, count);
    }

    private static (string Type, string Name) Split(string full)
    {
        var dot = full.LastIndexOf('.');
        return (full[..dot], full[(dot + 1)..]);
    }

    // Without the lists of generic parameters and arguments, the innermost first.
    private static string Plain(string text)
    {
        var shorter = GenericList().Replace(text, "");
        return shorter.Length == text.Length ? text : Plain(shorter);
    }

    [GeneratedRegex(@"^(?<name>\S+|\S+<[^(]*>) \((?<kind>[a-z ]+?)( : .*)?\)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("<[^<>]*>")]
    private static partial Regex GenericList();
}
