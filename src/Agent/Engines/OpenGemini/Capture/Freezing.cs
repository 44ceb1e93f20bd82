using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>
/// Blocks and releases writes on this node's ts-sqls, for exact cuts only. Readonly is a switch of each ts-sql, in memory, without
/// fan-out: so every node does its own, and it is gone when a ts-sql restarts. What was switched is noted durably first; releasing
/// goes by that note, also after a crash of the agent, and at the latest before the copy.
/// </summary>
internal sealed class Freezing(OpenGeminiConfiguration configuration, OpenGeminiClient client, EngineLimits limits, TimeProvider time)
{
    private const string FileName = "opengemini-frozen.json";
    private const string On = "/debug/ctrl?mod=readonly&switchon=true";
    private const string Off = "/debug/ctrl?mod=readonly&switchon=false";

    /// <summary>Switches every ts-sql of this instance to readonly.</summary>
    public async Task FreezeAsync(CaptureWorkspace workspace, CancellationToken cancellationToken)
    {
        NotesFile.Write(workspace.NotesDirectory, FileName, new Frozen(configuration.HttpAddresses, time.GetUtcNow()));
        try
        {
            foreach (var sql in configuration.HttpAddresses)
            {
                CtrlAnswer.RequireSuccess(await client.PostShortAsync(sql, On, cancellationToken));
            }
        }
        catch
        {
            // Also when this was cancelled; each order has its own deadline.
            await ReleaseAsync(workspace, CancellationToken.None);
            throw;
        }
    }

    /// <summary>True while a freeze of this capture is noted and was not released.</summary>
    public static bool IsFrozen(CaptureWorkspace workspace) => NotesFile.Read<Frozen>(workspace.NotesDirectory, FileName) is not null;

    /// <summary>Has every store write its buffers to disk; needs a ts-sql on this host, others' flushes reach all stores too.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (configuration.HttpAddresses.Count > 0)
        {
            CtrlAnswer.RequireSuccess(await client.PostAsync(configuration.HttpAddresses[0], "/debug/ctrl?mod=flush", cancellationToken));

            // Index entries reach the disk about once a second.
            await Task.Delay(limits.Settle, time, cancellationToken);
        }
    }

    /// <summary>
    /// Lets writes through again on every ts-sql that was switched; a ts-sql that is not there has forgotten its readonly. Returns
    /// what was released, empty when nothing was frozen. Safe to repeat.
    /// </summary>
    /// <exception cref="CairnException">A ts-sql that answers did not release; the note stays, so the next call tries again.</exception>
    public async Task<IReadOnlyList<string>> ReleaseAsync(CaptureWorkspace workspace, CancellationToken cancellationToken)
    {
        if (NotesFile.Read<Frozen>(workspace.NotesDirectory, FileName) is not { } frozen)
        {
            return [];
        }

        CairnException? failure = null;
        foreach (var sql in frozen.Addresses)
        {
            try
            {
                CtrlAnswer.RequireSuccess(await client.PostShortAsync(sql, Off, cancellationToken));
            }
            catch (CairnException gone) when (gone.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
            {
                // Nothing listens: the process ended, and readonly with it.
            }
            catch (CairnException refused)
            {
                failure ??= refused;
            }
        }

        if (failure is not null)
        {
            throw new CairnException(
                failure.Code,
                $"writes are still blocked: {failure.Message}",
                "POST /debug/ctrl?mod=readonly&switchon=false to this ts-sql, or restart it",
                subject: failure.Subject,
                cause: failure);
        }

        NotesFile.Remove(workspace.NotesDirectory, FileName);
        return frozen.Addresses;
    }

    internal sealed record Frozen(IReadOnlyList<string> Addresses, DateTimeOffset Since);
}
