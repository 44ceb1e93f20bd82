using Cairn.V1;

namespace Cairn.Agent.Tests.Plain;

internal sealed record PlainConfiguration(
    IReadOnlyList<DataRoot> Roots, IReadOnlyList<string> MetadataRoots, string RunsWhile)
{
    public static PlainConfiguration Read(string path)
    {
        var lines = File.ReadAllLines(path).Select(line => line.Split(' ', 3)).ToList();
        return new PlainConfiguration(
            [.. lines.Where(words => words[0] == "root").Select(words => new DataRoot { Name = words[1], Path = words[2] })],
            [.. lines.Where(words => words[0] == "metadata").Select(words => words[1])],
            lines.FirstOrDefault(words => words[0] == "runs-while")?[1] ?? "");
    }
}
