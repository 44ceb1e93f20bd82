using Cairn.Agent.Proofs;

namespace Cairn.Agent.Tests.Engines;

/// <summary>The machine's processes, for what must not read their open files.</summary>
internal sealed class UnaskedTable() : ProcessTable("/proc")
{
    public override IReadOnlyList<string>? OpenFiles(int id) =>
        throw new InvalidOperationException($"what process {id} has open was asked for");
}
