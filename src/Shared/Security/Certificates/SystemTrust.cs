using System.Runtime.InteropServices;

namespace Cairn.Shared.Security.Certificates;

/// <summary>The authorities that the operating system believes.</summary>
public static partial class SystemTrust
{
    private const string Nothing = "/dev/null";

    /// <summary>
    /// Keeps this process from reading the system's authorities, some hundred files, which .NET does for every chain, also for one that
    /// believes its own roots alone. For programs that believe no others; to be called first, while the process has one thread.
    /// </summary>
    public static void LeaveOut()
    {
        // OpenSSL's own names. The environment that .NET keeps for itself is not the one that its native part reads.
        _ = SetVariable("SSL_CERT_DIR", Nothing, 1);
        _ = SetVariable("SSL_CERT_FILE", Nothing, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
