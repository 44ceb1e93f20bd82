using Cairn.Agent.Proofs;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

/// <summary>The processes as an agent sees them that is neither root nor the user of one of them.</summary>
internal sealed class BlindTable(int hidden) : ProcessTable("/proc")
{
    public override IReadOnlyList<string>? OpenFiles(int id) => id == hidden ? null : base.OpenFiles(id);

    public override string? WorkingDirectory(int id) => id == hidden ? null : base.WorkingDirectory(id);
}
