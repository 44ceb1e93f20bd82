using System.Diagnostics;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

/// <summary>A process that calls itself what a test says, works in a directory, and does nothing until it is disposed.</summary>
internal sealed class IdleProgram : IDisposable
{
    private readonly Process process;

    public IdleProgram(string name, string directory)
    {
        process = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec -a {name} bash -c 'echo ready; read -r line'"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", process.StandardOutput.ReadLine());
    }

    public int Id => process.Id;

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
