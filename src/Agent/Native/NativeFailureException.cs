using System.Runtime.InteropServices;
using Cairn.Repository;

namespace Cairn.Agent.Native;

/// <summary>The operating system refused a call; says which, on what path, and the error number.</summary>
internal sealed class NativeFailureException(string operation, string path, int error)
    : IOException($"{operation} of '{UnixPath.Show(path)}' failed: {Describe(error)} (errno {error})")
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int InvalidArgument = 22;
    public const int ReadOnly = 30;
    public const int NotImplemented = 38;
    public const int NotEmpty = 39;
    public const int NotSupported = 95;

    /// <summary>The system's error number.</summary>
    public int Error { get; } = error;

    /// <summary>What the call was about.</summary>
    public string Path { get; } = path;

    /// <summary>The system's words for it, for those who say themselves what they were about.</summary>
    public string Reason => Describe(Error);

    /// <summary>The system's words for an error number.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);
}
