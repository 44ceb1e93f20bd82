using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>Turns what the operating system answered into our exceptions.</summary>
internal static class LastError
{
    public static int Number => Marshal.GetLastPInvokeError();

    public static RepositoryException Exception(string path, string operation, int error) =>
        error is Libc.NoSpace or Libc.QuotaExceeded
            ? new RepositoryFullException(path)
            : new RepositoryIoException(path, operation, $"{Marshal.GetPInvokeErrorMessage(error)} (errno {error})");

    public static void Check(int result, string path, string operation)
    {
        if (result < 0)
        {
            throw Exception(path, operation, Number);
        }
    }

    /// <summary>.NET keeps the errno in <see cref="System.Exception.HResult"/> of what its file calls throw.</summary>
    public static RepositoryException Translate(Exception exception, string path, string operation) =>
        exception.HResult is Libc.NoSpace or Libc.QuotaExceeded
            ? new RepositoryFullException(path, exception)
            : new RepositoryIoException(path, operation, exception.Message, exception);
}
