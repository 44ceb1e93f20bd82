using Cairn.Agent.Capturing;
using Cairn.Agent.Native;

namespace Cairn.Agent.Proofs;

/// <summary>What write leases on every file below some directories say.</summary>
/// <param name="Files">Files tried.</param>
/// <param name="HeldPath">A file that some process of this kernel has open; null when none was found.</param>
/// <param name="Refused">Why a lease could not be tried; null when all could.</param>
internal sealed record LeaseFindings(int Files, string? HeldPath, string? Refused);

/// <summary>
/// Proves without seeing processes that none has a file open: the kernel grants a write lease only then, across users and
/// namespaces. Needs to own the files or CAP_LEASE. Slower than looking into <c>/proc</c>, so it is used where that shows too little.
/// </summary>
internal static class LeaseSearch
{
    /// <summary>Tries every regular file below the directories; missing directories have none.</summary>
    public static LeaseFindings Below(IEnumerable<string> roots, CancellationToken cancellationToken)
    {
        var files = 0;
        foreach (var root in roots)
        {
            foreach (var item in TreeWalk.Below(root).Where(i => i.Status.Kind == FileKind.Regular))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var path = $"{root}/{item.Path}";
                try
                {
                    using var file = NativeFiles.OpenForReading(path);
                    if (file is null)
                    {
                        continue;
                    }

                    files++;
                    switch (FileLocks.TryWriteLease(file))
                    {
                        case 0:
                            break;
                        case NativeFailureException.Again:
                            return new LeaseFindings(files, path, null);
                        case var errno:
                            return new LeaseFindings(
                                files, null, $"no lease can be taken on '{path}': {NativeFailureException.Describe(errno)}");
                    }
                }
                catch (NativeFailureException denied)
                {
                    return new LeaseFindings(files, null, $"cannot open '{path}': {denied.Reason}");
                }
            }
        }

        return new LeaseFindings(files, null, null);
    }
}
