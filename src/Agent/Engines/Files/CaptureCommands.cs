using System.Globalization;
using Cairn.Agent.Services;

namespace Cairn.Agent.Engines.Files;

/// <summary>
/// The commands around a capture. That the one after it is due is noted durably before the one before it begins, so that it runs in any
/// case: as a step, else when the capture ends, also after a crash of the agent.
/// </summary>
internal sealed class CaptureCommands(string instance, FilesConfiguration configuration, TimeProvider time)
{
    private const string WayOut = "mend what it says, or the command in the instance's options, and run the backup again";

    /// <summary>Runs the command before the capture. Returns what it said.</summary>
    public async Task<IReadOnlyList<string>> PrepareAsync(
        CaptureWorkspace workspace, string jobId, bool cold, CancellationToken cancellationToken)
    {
        // A repeated attempt: what the last one prepared is undone first.
        List<string> said = [.. await FinishAsync(workspace, cancellationToken)];
        var notes = new CaptureNotes { JobId = jobId, Cold = cold, AfterIsDue = !cold && configuration.AfterCapture.Count > 0 };
        notes.Keep(workspace);
        var runs = !cold && configuration.BeforeCapture.Count > 0;
        if (runs)
        {
            said.Add(await RunAsync(StepNames.Before, configuration.BeforeCapture, jobId, cancellationToken));
        }

        (notes with { Prepared = true, Commands = runs }).Keep(workspace);
        return said;
    }

    /// <summary>Runs the command after the capture if it is due. Safe to repeat; after a failure it is still due.</summary>
    public async Task<IReadOnlyList<string>> FinishAsync(CaptureWorkspace workspace, CancellationToken cancellationToken)
    {
        var notes = CaptureNotes.Read(workspace);
        if (!notes.AfterIsDue)
        {
            return [];
        }

        var said = configuration.AfterCapture.Count > 0
            ? await RunAsync(StepNames.After, configuration.AfterCapture, notes.JobId, cancellationToken)
            : "the command after the capture is no longer in the agent's configuration and was not run";
        (notes with { AfterIsDue = false }).Keep(workspace);
        return [said];
    }

    private async Task<string> RunAsync(string key, IReadOnlyList<string> words, string jobId, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var result = await ServiceCommand.RunAsync(words, instance, jobId, configuration.CommandLimit, time, cancellationToken);
        result.RequireSuccess(words, instance, configuration.CommandLimit, WayOut);
        var said = result.Output.ReplaceLineEndings(" | ");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{key} '{string.Join(' ', words)}' ended with 0 after {time.GetElapsedTime(began).TotalSeconds:0.0} s{(said.Length > 0 ? $": {said}" : "")}");
    }
}
