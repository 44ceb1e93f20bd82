using System.Globalization;
using System.Net;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Engines.OpenGemini.Databases;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Agent.Engines.OpenGemini.NativeBackups;
using Cairn.Agent.Proofs;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>What an openGemini instance must be like before it is backed up. Changes nothing that stays.</summary>
internal sealed class BackupPrecheckRun(
    OpenGeminiConfiguration configuration, OpenGeminiClient client, EngineLimits limits, TimeProvider time)
{
    // Copies of logs and metadata beside the live ones must leave the database room to go on.
    private const long FreeBesides = 64L << 20;
    private readonly List<Check> checks = [];

    /// <summary>All checks, passed or not.</summary>
    public async Task<IReadOnlyList<Check>> RunAsync(
        bool cold, bool native, IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        checks.Clear();
        var rootsUsable = CheckRoots();
        if (!cold)
        {
            await CheckRunningAsync(cancellationToken);
            if (configuration.Protected)
            {
                Fail("credentials", ErrorCode.Unsupported, "authentication or TLS is on, and Cairn has no credentials for databases yet", "turn it off for these endpoints, or stop the cluster and use --cold");
            }
            else
            {
                await CheckOrdersAsync(cancellationToken);
                await CheckSettledAsync(databases, cancellationToken);
            }
        }

        if (native && configuration.DataRoot is not null)
        {
            CheckNative();
        }

        if (rootsUsable)
        {
            CheckLinks();
            CheckSpace(native);
        }

        return [.. checks];
    }

    private bool CheckRoots()
    {
        var usable = true;
        foreach (var (name, path) in configuration.Roots)
        {
            try
            {
                Pass("roots", $"{name}: '{LiveRoots.Resolve(configuration, name)}'");
            }
            catch (CairnException missing)
            {
                usable = false;
                Fail("roots", missing.Code, missing.Message, missing.WayOut, path);
            }
        }

        return usable;
    }

    // Each role by an address that it must listen on: one of three processes may be dead while the others live.
    private async Task CheckRunningAsync(CancellationToken cancellationToken)
    {
        foreach (var (role, address) in configuration.NamedAddresses)
        {
            _ = HostAndPort.TryParse(address, out var host, out var port);
            var probed = HostAndPort.IsWildcard(host) ? "127.0.0.1" : host;
            if (await PortProbe.AnswersAsync(probed, port, limits.Question, time, cancellationToken))
            {
                Pass("running", $"{role} listens on {address}");
            }
            else
            {
                Fail("running", ErrorCode.InstanceNotRunning, $"nothing listens on {address}, the address of role {role}", $"start the process with role {role}, or stop all of the cluster and use --cold", address);
            }
        }
    }

    // An unknown path changes nothing and shows whether orders get through: ts-meta answers an empty 200, with authentication 401 or 403.
    private async Task CheckOrdersAsync(CancellationToken cancellationToken)
    {
        if (configuration.MetaHttpAddress is not { } meta)
        {
            return;
        }

        try
        {
            var answer = await client.PostShortAsync(meta, "/cairn-precheck", cancellationToken);
            if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed)
            {
                Fail("orders", ErrorCode.Unsupported, $"{answer.Question} is refused with {(int)answer.Status}", "allow POST from this host to ts-meta without a user", meta);
            }
            else
            {
                Pass("orders", $"ts-meta {meta} takes POST");
            }
        }
        catch (CairnException failed)
        {
            Fail("orders", failed.Code, failed.Message, failed.WayOut, meta);
        }
    }

    private async Task CheckSettledAsync(IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        var seen = await new ClusterObserver(configuration, client).ObserveAsync(cancellationToken);
        if (seen.View is null)
        {
            Fail("settled", seen.Error?.Code ?? ErrorCode.EngineAnswer, seen.Error?.Message ?? string.Join("; ", seen.NotAsked), seen.Error?.WayOut ?? "see that ts-meta answers");
        }
        else if (seen.View.Unsettled.Count > 0)
        {
            Fail("settled", ErrorCode.Unsettled, string.Join("; ", seen.View.Unsettled), "wait until it has ended and run the backup again");
        }
        else
        {
            Pass("settled", "no partition moves");
        }

        if (databases.Count > 0 && seen.Catalogue is { } catalogue)
        {
            CheckDatabases(catalogue, databases);
        }
    }

    // What could be brought back neither alone nor with the whole cluster is no use in a point.
    private void CheckDatabases(Catalogue catalogue, IReadOnlyList<string> databases)
    {
        try
        {
            Pass("databases", SelectedDatabases.Require(catalogue, databases));
        }
        catch (CairnException refused)
        {
            Fail("databases", refused.Code, refused.Message, refused.WayOut, refused.Subject);
        }
    }

    private void CheckNative()
    {
        try
        {
            Pass("native", $"the store is reached through {NativeStep.RequireAddress(configuration)}");
        }
        catch (CairnException none)
        {
            Fail("native", none.Code, none.Message, none.WayOut, none.Subject);
        }
    }

    private void CheckLinks()
    {
        if (configuration.DataRoot is null)
        {
            return;
        }

        var live = LiveRoots.Resolve(configuration, RootNames.Data);
        var found = LinkProbe.Try(live);
        if (found.Possible)
        {
            Pass("link", found.Finding);
        }
        else
        {
            Fail("link", ErrorCode.LinkImpossible, found.Finding, found.WayOut, live);
        }
    }

    // A native backup is a plain copy of all data; else data are linked.
    private void CheckSpace(bool native)
    {
        foreach (var name in configuration.Roots.Select(r => r.Name).Where(n => native || n != RootNames.Data))
        {
            var live = LiveRoots.Resolve(configuration, name);
            var needed = TreeWalk.Below(live).Sum(i => i.Status.SizeBytes) + FreeBesides;
            var free = new DriveInfo(live).AvailableFreeSpace;
            var finding = string.Create(CultureInfo.InvariantCulture, $"{name}: {free} bytes are free beside '{live}', {needed} are needed for copies");
            if (free >= needed)
            {
                Pass("space", finding);
            }
            else
            {
                Fail("space", ErrorCode.NoSpace, finding, "free space on this file system", live);
            }
        }
    }

    private void Pass(string name, string finding) => checks.Add(new Check { Name = name, Passed = true, Finding = finding });

    private void Fail(string name, ErrorCode code, string finding, string wayOut, string? subject = null) => checks.Add(new Check
    {
        Name = name,
        Passed = false,
        Finding = finding,
        Error = new CairnException(code, finding, wayOut, subject: subject).ToDetail(),
    });
}
