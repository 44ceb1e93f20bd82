namespace Cairn.Agent.Engines.OpenGauss.Configuration;

/// <summary>An instance's <c>options</c> as the operator wrote them. What is left out is found by looking.</summary>
public sealed class ServerOptions
{
    /// <summary>Absolute path of the data directory. Required.</summary>
    public string Data { get; set; } = "";

    /// <summary>A socket directory or a host. Default: as <c>postmaster.pid</c> says.</summary>
    public string Host { get; set; } = "";

    /// <summary>The port. Default: as <c>postmaster.pid</c> or the configuration files say.</summary>
    public int Port { get; set; }

    /// <summary>The role that the agent logs in as. Default postgres.</summary>
    public string User { get; set; } = "postgres";

    /// <summary>The database that it logs in to. Default postgres.</summary>
    public string Database { get; set; } = "postgres";

    /// <summary>Absolute path of a file with the role's password; none when none is needed.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>Absolute path of the directory of the server's programs; without it a restore does not ask the installed version.</summary>
    public string Binaries { get; set; } = "";

    /// <summary>The name by which the cluster's topology knows the server. Default: host name and data directory.</summary>
    public string Address { get; set; } = "";
}
