namespace OpenGeminiDouble;

/// <summary>A part that a process plays. Start binds its ports and opens its files; stop flushes and closes them.</summary>
internal interface IRole
{
    Task StartAsync(CancellationToken cancellationToken);

    Task StopAsync();
}
