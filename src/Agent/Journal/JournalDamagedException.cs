using Cairn.Shared.Errors;

namespace Cairn.Agent.Journal;

/// <summary>Files of the journal cannot be believed. The agent does not start on them: it would forget what it owes.</summary>
internal sealed class JournalDamagedException(string node, string directory, IReadOnlyList<string> findings)
    : CairnException(
        ErrorCode.PathUnusable,
        $"{findings.Count} file(s) of the journal are damaged: {string.Join("; ", findings)}",
        "see docs/agent-journal.md for what each file holds; when its captures and restores are looked after by hand, "
            + "move the named files away and start the agent again",
        node,
        directory);
