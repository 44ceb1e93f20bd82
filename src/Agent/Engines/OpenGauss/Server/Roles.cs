namespace Cairn.Agent.Engines.OpenGauss.Server;

/// <summary>Words for what a server is in its cluster.</summary>
internal static class Roles
{
    /// <summary>It takes writes.</summary>
    public const string Primary = "primary";

    /// <summary>It follows.</summary>
    public const string Standby = "standby";

    /// <summary>What every server is by its address, whatever it does at the moment.</summary>
    public const string Server = "server";
}
