using System.CommandLine;

namespace Cairn.Agent.Tools;

/// <summary>Makes a command's action of what it does with a repository; which repository that is, the maker knows.</summary>
internal delegate Func<ParseResult, CancellationToken, Task<int>> ToolAction(
    Func<RepositoryTool, ParseResult, CancellationToken, Task> run);
