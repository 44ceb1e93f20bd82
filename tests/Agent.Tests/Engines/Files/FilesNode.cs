using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Engines.Files;
using Cairn.Agent.Tests.Plain;
using Cairn.Repository;
using Cairn.Shared.Configuration;
using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.Files;

/// <summary>An instance of the engine over the directories <c>data</c> and <c>wal</c> of a test's own, and a workspace for a capture.</summary>
internal sealed class FilesNode : IDisposable
{
    private readonly FilesEngine engine = new(new EngineLimits(), TimeProvider.System);
    private readonly string moreOptions;
    private readonly ServiceOptions commands;

    public FilesNode(string moreOptions = "", int limitSeconds = 30)
    {
        this.moreOptions = moreOptions;
        commands = new ServiceOptions { LimitSeconds = limitSeconds };
        foreach (var directory in new[] { "data", "wal", "capture/data", "capture/wal" })
        {
            System.IO.Directory.CreateDirectory(Directory.At(directory));
        }
    }

    public TestDirectory Directory { get; } = new();

    public IEngineInstance Instance => engine.Open(Options);

    public IReadOnlyList<string> Problems => engine.CheckConfiguration(Options);

    public CaptureWorkspace Workspace => new(
        new Dictionary<string, string> { ["data"] = Directory.At("capture/data"), ["wal"] = Directory.At("capture/wal") },
        Directory.At("notes"));

    /// <summary>Writes an executable script; returns its path.</summary>
    public string Script(string name, string body)
    {
        var path = Directory.Write(name, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public Task<CapturedStep> RunAsync(string step, bool cold = false) => Instance.CaptureAsync(
        new CaptureStepRequest(step, 1, Workspace, cold, Exact: false, Label: "", EngineParameters.None, "job-1", []), new Progress<Progress>(), CancellationToken.None);

    /// <summary>All three steps; returns the one that took the files.</summary>
    public async Task<CapturedStep> CaptureAsync(bool cold = false)
    {
        await RunAsync("before-capture", cold);
        var taken = await RunAsync("files", cold);
        await RunAsync("after-capture", cold);
        return taken;
    }

    public async Task<IReadOnlyList<SourceEntry>> EntriesAsync()
    {
        var entries = new List<SourceEntry>();
        await foreach (var entry in Instance.EntriesAsync(Workspace, CancellationToken.None))
        {
            entries.Add(entry);
        }

        return entries;
    }

    /// <summary>The captured files, as "path" or "path (immutable)".</summary>
    public async Task<IReadOnlyList<string>> FilesAsync() =>
    [
        .. (await EntriesAsync()).Where(entry => entry.Kind == EntryKind.File)
            .Select(entry => entry.Path + (entry.Immutable ? " (immutable)" : "")),
    ];

    public void Dispose() => Directory.Dispose();

    private InstanceOptions Options => new()
    {
        Name = "db",
        Engine = "files",
        Commands = commands,
        Options = YamlSection.Parse(
            $"roots: {{data: {Directory.At("data")}, wal: {Directory.At("wal")}}}\n{moreOptions.Replace("DIR", Directory.Path, StringComparison.Ordinal)}"),
    };
}
