using System.Xml.Linq;

namespace Cairn.House.Tests;

public sealed class ReferencesTests
{
    // The rooms and whom each may know (docs/architecture.md).
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Rpc"] = [],
        ["Repository"] = [],
        ["Shared"] = ["Rpc"],
        ["Agent"] = ["Shared", "Repository"],
        ["Coordinator"] = ["Shared", "Repository"],
        ["Cli"] = ["Shared"],
    };

    // Engines whose name is an ordinary word: what stays in the folder is the names of its types.
    private static readonly Dictionary<string, string[]> OrdinaryWords = new() { ["Files"] = ["Engines.Files", "FilesEngine", "FilesInstance"] };

    [Fact]
    public void Every_project_in_src_is_a_known_room()
    {
        var rooms = Directory.GetDirectories(Checkout.PathOf("src")).Select(Path.GetFileName).Order();

        Assert.Equal(Allowed.Keys.Order(), rooms);
    }

    [Theory]
    [InlineData("Rpc")]
    [InlineData("Repository")]
    [InlineData("Shared")]
    [InlineData("Agent")]
    [InlineData("Coordinator")]
    [InlineData("Cli")]
    public void A_room_refers_only_to_rooms_below_it(string room)
    {
        var project = XDocument.Load(Checkout.PathOf($"src/{room}/{room}.csproj"));

        var references = project.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .ToArray();

        Assert.All(references, reference => Assert.Contains(reference, Allowed[room]));
    }

    [Theory]
    [InlineData("Rpc")]
    [InlineData("Repository")]
    public void A_room_on_the_ground_knows_no_gRPC_or_no_Cairn(string room)
    {
        var word = room == "Rpc" ? "Cairn" : "Grpc";

        var offenders = SourcesOf(room)
            .Where(file => File.ReadAllText(file).Contains(word, StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Checkout.Root, file));

        Assert.Empty(offenders);
    }

    [Fact]
    public void An_engines_name_stays_in_its_folder_and_in_the_line_that_registers_it()
    {
        var engines = Directory.GetDirectories(Checkout.PathOf("src/Agent/Engines")).Select(Path.GetFileName).ToArray();
        Assert.NotEmpty(engines);

        var offenders =
            from room in Allowed.Keys
            from file in SourcesOf(room)
            let relative = Path.GetRelativePath(Checkout.Root, file)
            from engine in engines
            where !relative.StartsWith($"src/Agent/Engines/{engine}/", StringComparison.Ordinal)
                && relative != "src/Agent/Engines/EngineRegistration.cs"
            from word in OrdinaryWords.GetValueOrDefault(engine!, [engine!])
            from line in File.ReadLines(file)
            where line.Contains(word, StringComparison.OrdinalIgnoreCase)
                && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            select $"{relative}: {line.Trim()}";

        Assert.Empty(offenders);
    }

    [Fact]
    public void The_agents_system_calls_are_declared_in_one_folder()
    {
        var places = SourcesOf("Agent")
            .Where(file => File.ReadAllText(file).Contains("[LibraryImport(", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Checkout.Root, Path.GetDirectoryName(file)!))
            .Distinct();

        Assert.Equal(["src/Agent/Native"], places);
    }

    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        var solution = File.ReadAllText(Checkout.PathOf("Distributed.sln"));

        var missing = new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(
                Checkout.PathOf(folder), "*.csproj", SearchOption.AllDirectories))
            .Select(project => Path.GetRelativePath(Checkout.Root, project).Replace('/', '\\'))
            .Where(project => !solution.Contains(project, StringComparison.OrdinalIgnoreCase));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_project_commits_its_lock_file()
    {
        var missing = new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(
                Checkout.PathOf(folder), "*.csproj", SearchOption.AllDirectories))
            .Where(project => !File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")));

        Assert.Empty(missing);
    }

    private static IEnumerable<string> SourcesOf(string room) =>
        Directory.EnumerateFiles(Checkout.PathOf($"src/{room}"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)
                && !file.Contains("/bin/", StringComparison.Ordinal));
}
