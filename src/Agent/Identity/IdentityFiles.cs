using Cairn.Agent.Configuration;

namespace Cairn.Agent.Identity;

/// <summary>Where an agent keeps who it is.</summary>
internal static class IdentityFiles
{
    /// <summary>The directory, mode 0700.</summary>
    public static string DirectoryOf(AgentSettings settings) => Path.Combine(settings.StateDirectory, "identity");

    /// <summary>Certificate, authority and key in one file, so that they change together.</summary>
    public static string Bundle(AgentSettings settings) => Path.Combine(DirectoryOf(settings), "agent.pem");

    /// <summary>A key whose certificate was asked for and has not come yet.</summary>
    public static string PendingKey(AgentSettings settings) => Path.Combine(DirectoryOf(settings), "pending.key");
}
