namespace Cairn.Agent.Engines;

/// <summary>One step of a capture.</summary>
/// <param name="Step">The declared step's name.</param>
/// <param name="Attempt">Counts from 1.</param>
/// <param name="Workspace">Where to put what is taken.</param>
/// <param name="Cold">The instance is stopped; nothing is asked of it.</param>
/// <param name="Exact">The operator asked for an exact cut; the engine may block writes within its lease.</param>
/// <param name="Label">The operator's label; empty for none.</param>
/// <param name="Parameters">What <see cref="IEngine.BackupParameters"/> allows.</param>
/// <param name="JobId">The job that the step belongs to.</param>
/// <param name="Objects">The objects that the capture is limited to; empty for all. Only an <see cref="IObjectInstance"/> is given any.</param>
public sealed record CaptureStepRequest(
    string Step, int Attempt, CaptureWorkspace Workspace, bool Cold, bool Exact, string Label, EngineParameters Parameters, string JobId,
    IReadOnlyList<string> Objects);
