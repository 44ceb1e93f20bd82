namespace Cairn.Cli.Connecting;

/// <summary>What the environment says about the coordinator and who asks it. Read once, when the program starts.</summary>
/// <param name="Coordinator">The coordinator's address; null or empty when it says nothing.</param>
/// <param name="Credentials">The credential file; null or empty when it says nothing.</param>
/// <param name="StandardCredentials">Where a credential file is looked for when none is named; null for nowhere.</param>
internal sealed record CliEnvironment(string? Coordinator, string? Credentials, string? StandardCredentials)
{
    /// <summary>The environment variable that names the coordinator.</summary>
    public const string CoordinatorVariable = "CAIRN_COORDINATOR";

    /// <summary>The environment variable that names the credential file.</summary>
    public const string CredentialsVariable = "CAIRN_CREDENTIALS";

    /// <summary>Where a coordinator that was started with <c>--insecure</c> listens unless something else is said.</summary>
    public const string InsecureCoordinator = "http://127.0.0.1:7460";

    /// <summary>This process's.</summary>
    public static CliEnvironment OfProcess() => new(
        Environment.GetEnvironmentVariable(CoordinatorVariable),
        Environment.GetEnvironmentVariable(CredentialsVariable),
        Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "cairn",
            "credentials.yaml"));
}
