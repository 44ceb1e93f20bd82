namespace Cairn.Agent.Engines;

/// <summary>How an engine keeps still what is copied.</summary>
public enum CaptureMode
{
    /// <summary>Files are linked or copied into directories beside the data; these are copied into the repository.</summary>
    Taken,

    /// <summary>
    /// The database's own backup mode stays open while its live files are read; nothing is made beside the data. Such a capture does
    /// not outlive the agent.
    /// </summary>
    Held,
}
