using System.Runtime.CompilerServices;
using Cairn.TestKit;

namespace Cairn.Repository.Tests.Copying;

/// <summary>However slow a source is, no more than the last half minute of a copy has to be done again.</summary>
public class JournalPaceTests : RepositoryTest
{
    private const int FileBytes = 20_000;
    private const int Files = 90;
    private static readonly TimeSpan MostRepeated = TimeSpan.FromSeconds(30);

    // Only the clock makes it journal: neither the bytes nor the entries come near their bounds.
    internal override RepositoryOptions Options => new() { Time = Time, Workers = 2 };

    [Fact]
    public async Task A_copy_of_a_slow_source_that_is_interrupted_repeats_at_most_thirty_seconds_of_it()
    {
        for (var i = 0; i < Files; i++)
        {
            Source.WithFile($"f{i:d2}", FileBytes, seed: i);
        }

        var spec = NewFull();
        using (var stop = new CancellationTokenSource())
        {
            await using var writer = await Repository.BeginPointAsync(spec, Cancel);
            var copy = writer.WriteAsync(OneFileASecond(stop), progress: null, stop.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copy);
        }

        var copied = await BackUpAsync(spec, Source.Entries());

        var repeated = (long)Files * FileBytes - copied.ResumedBytes;
        Assert.InRange(repeated, 0, (long)MostRepeated.TotalSeconds * FileBytes);
    }

    // At every second the journal must get to where the copy was half a minute ago without the clock going on.
    private async IAsyncEnumerable<SourceEntry> OneFileASecond(
        CancellationTokenSource stop, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var second = 0;
        await foreach (var entry in Source.Entries(cancellationToken: cancellationToken))
        {
            yield return entry;
            Time.Advance(TimeSpan.FromSeconds(1));
            second++;
            var old = second - (int)MostRepeated.TotalSeconds;
            if (old > 0)
            {
                await Eventually.HoldsAsync(
                    $"after {second} s the journal holds the first {old} files",
                    () => JournaledBytes() >= (long)(old - 1) * FileBytes,
                    TimeSpan.FromSeconds(20),
                    cancellationToken);
            }
        }

        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
