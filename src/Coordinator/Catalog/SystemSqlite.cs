using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Cairn.Coordinator.Catalog;

/// <summary>
/// Points the SQLite provider at the system's library, which the distribution keeps patched; the one that comes inside
/// the package does not get security updates.
/// </summary>
internal static class SystemSqlite
{
    private const string LibraryName = "libsqlite3.so.0";

    private static readonly Lazy<bool> Ready = new(Initialize);

    /// <summary>Makes SQLite usable in this process. May be called any number of times.</summary>
    /// <exception cref="DllNotFoundException">The system has no libsqlite3.so.0.</exception>
    public static void EnsureReady() => _ = Ready.Value;

    private static bool Initialize()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == "e_sqlite3" ? NativeLibrary.Load(LibraryName) : IntPtr.Zero;
}
