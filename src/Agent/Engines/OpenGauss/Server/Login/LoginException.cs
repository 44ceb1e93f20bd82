namespace Cairn.Agent.Engines.OpenGauss.Server.Login;

/// <summary>A login that cannot be gone on with. Its message goes to the session that wanted it, as a refusal of the server.</summary>
internal sealed class LoginException(string message) : Exception(message);
