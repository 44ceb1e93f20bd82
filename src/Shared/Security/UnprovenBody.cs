using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.Shared.Security;

/// <summary>
/// The body of a request whose caller has not been looked at. Passes on what comes; before it passes on more than the bound, it
/// asks whether it may.
/// </summary>
/// <param name="inner">The body.</param>
/// <param name="maxBytes">How much may pass, read or held, before the question.</param>
/// <param name="requireProven">The question; throws when the answer is no. Asked once.</param>
internal sealed class UnprovenBody(PipeReader inner, int maxBytes, Func<CancellationToken, ValueTask> requireProven)
    : PipeReader, IRequestBodyPipeFeature
{
    private bool isProven;
    private long consumedBytes;
    private ReadResult last;

    public PipeReader Reader => this;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        last = await inner.ReadAsync(cancellationToken);
        if (!isProven && consumedBytes + last.Buffer.Length > maxBytes)
        {
            try
            {
                await requireProven(cancellationToken);
                isProven = true;
            }
            catch
            {
                // Whoever reads gets no result to advance from.
                inner.AdvanceTo(last.Buffer.Start, last.Buffer.End);
                throw;
            }
        }

        return last;
    }

    // Nothing of it can wait for an answer, so what is not proven is left to the other way to read.
    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return isProven && inner.TryRead(out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!isProven)
        {
            consumedBytes += last.Buffer.Slice(0, consumed).Length;
        }

        last = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
}
