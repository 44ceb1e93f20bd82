using Cairn.Agent.Journal;
using Cairn.Repository;
using Cairn.V1;

namespace Cairn.Agent.Backup;

/// <summary>
/// Turns the repository's progress into ours, with totals that the capture steps counted where the repository knows none.
/// They are an estimate: a file may have been taken by two steps.
/// </summary>
internal sealed class CopyTotals(string phase, IEnumerable<StepRecord> steps)
{
    private readonly long files = steps.Sum(step => step.Files);
    private readonly long bytes = steps.Sum(step => step.Bytes);

    /// <summary>Reports to <paramref name="progress"/>.</summary>
    public IProgress<CopyProgress> Report(IProgress<Progress> progress) => new Adapter(this, progress);

    private sealed class Adapter(CopyTotals totals, IProgress<Progress> progress) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value) => progress.Report(new Progress
        {
            Phase = totals.Phase,
            FilesDone = value.FilesDone,
            FilesTotal = value.FilesTotal ?? Math.Max(totals.files, value.FilesDone),
            BytesDone = value.BytesDone,
            BytesTotal = value.BytesTotal ?? Math.Max(totals.bytes, value.BytesDone),
        });
    }

    private string Phase => phase;
}
