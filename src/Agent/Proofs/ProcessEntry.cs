namespace Cairn.Agent.Proofs;

/// <summary>A process as <c>/proc</c> shows it.</summary>
/// <param name="Id">Its id in this agent's PID namespace.</param>
/// <param name="Uid">The user it runs as.</param>
/// <param name="Name">The kernel's short name (at most 15 bytes).</param>
/// <param name="Arguments">The command line; empty for kernel threads and zombies, null when it may not be read.</param>
/// <param name="Zombie">It has ended and holds nothing any more.</param>
internal sealed record ProcessEntry(int Id, uint Uid, string Name, IReadOnlyList<string>? Arguments, bool Zombie)
{
    /// <summary>The file name of what was started, from the command line; the kernel's short name when there is none.</summary>
    public string Program => Arguments is [{ Length: > 0 } first, ..] ? Path.GetFileName(first) : Name;

    /// <summary>Short, for messages.</summary>
    public string Shown => $"process {Id} ({Program})";
}
