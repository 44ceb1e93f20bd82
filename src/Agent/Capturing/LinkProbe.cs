using System.Globalization;
using Cairn.Agent.Native;

namespace Cairn.Agent.Capturing;

/// <summary>What a probe for hard links found.</summary>
/// <param name="Possible">They can be made.</param>
/// <param name="Finding">A sentence with both paths.</param>
/// <param name="WayOut">What to do when they cannot; empty when they can.</param>
internal sealed record LinkFinding(bool Possible, string Finding, string WayOut);

/// <summary>
/// Tries whether files of a live directory can be linked to where captures of it go: <c>.cairn</c> beside it. Makes one link to one
/// file and removes it again.
/// </summary>
internal static class LinkProbe
{
    /// <summary>Probes <paramref name="liveRoot"/>, which must be resolved.</summary>
    public static LinkFinding Try(string liveRoot)
    {
        var parent = Path.GetDirectoryName(liveRoot)!;
        var (root, above) = (NativeFiles.Look(liveRoot), NativeFiles.Look(parent));
        if (root.Kind == FileKind.Missing || above.Kind == FileKind.Missing)
        {
            return new LinkFinding(false, $"'{liveRoot}' is not there", "check the directories in the engine's configuration file");
        }

        if (root.Identity.Device != above.Identity.Device || root.MountId != above.MountId)
        {
            return new LinkFinding(
                false,
                $"'{liveRoot}' is a mount of its own, so its files cannot be linked to '{parent}/.cairn'",
                "let the engine's directory be one below the mount, not the mount itself");
        }

        var cairn = parent + "/.cairn";
        var made = false;
        var probe = $"{cairn}/probe-{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)}";
        try
        {
            made = NativeFiles.MakePrivateDirectory(cairn);
            NativeFiles.MakePrivateDirectory(probe);
            var source = TreeWalk.Below(liveRoot).FirstOrDefault(i => i.Status.Kind == FileKind.Regular) is { Path: { } relative }
                ? $"{liveRoot}/{relative}"
                : probe + "/source";
            if (source == probe + "/source")
            {
                File.OpenHandle(source, FileMode.CreateNew, FileAccess.Write).Dispose();
            }

            return NativeFiles.TryLink(source, probe + "/link") is var errno and not 0
                ? new LinkFinding(false, $"'{source}' cannot be linked to '{probe}': {NativeFailureException.Describe(errno)}", WayOut(errno))
                : new LinkFinding(true, $"files of '{liveRoot}' can be linked to '{cairn}'", "");
        }
        catch (NativeFailureException failed) when (!Directory.Exists(probe))
        {
            return new LinkFinding(
                false,
                $"'{cairn}' cannot be used: cannot make '{failed.Path}': {failed.Reason}",
                WayOut(NativeFailureException.AccessDenied));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return new LinkFinding(false, $"'{cairn}' cannot be used: {failed.Message}", WayOut(NativeFailureException.AccessDenied));
        }
        finally
        {
            Remove(probe, made ? cairn : null);
        }
    }

    private static void Remove(string probe, string? cairn)
    {
        if (Directory.Exists(probe))
        {
            Directory.Delete(probe, recursive: true);
        }

        if (cairn is not null && Directory.Exists(cairn) && !Directory.EnumerateFileSystemEntries(cairn).Any())
        {
            try
            {
                Directory.Delete(cairn);
            }
            catch (IOException)
            {
                // A capture began meanwhile and put something in: then it is wanted.
            }
        }
    }

    private static string WayOut(int errno) => errno
        is NativeFailureException.NotPermitted or NativeFailureException.AccessDenied
        ? "run the agent as the user that owns the database's files, or as root (fs.protected_hardlinks forbids others to link)"
        : "put the engine's directories on a file system with hard links";
}
