using Cairn.TestKit;

namespace Cairn.Repository.Tests.Copying;

public sealed class BandwidthCapTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task What_goes_over_the_rate_waits_until_it_is_paid_for()
    {
        var cap = new BandwidthCap(1000, time);
        await cap.SpendAsync(1000, CancellationToken.None);

        var waiting = cap.SpendAsync(500, CancellationToken.None).AsTask();

        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(500));
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task What_was_not_used_is_kept_for_a_second_only()
    {
        var cap = new BandwidthCap(1000, time);
        time.Advance(TimeSpan.FromMinutes(10));

        var waiting = cap.SpendAsync(1001, CancellationToken.None).AsTask();

        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Without_a_rate_nothing_waits()
    {
        var cap = new BandwidthCap(bytesPerSecond: null, time);

        var spent = cap.SpendAsync(1L << 50, CancellationToken.None).AsTask();

        Assert.True(spent.IsCompletedSuccessfully);
    }
}
