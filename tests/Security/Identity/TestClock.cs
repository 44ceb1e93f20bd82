using Cairn.TestKit;

namespace Cairn.Security.Identity;

/// <summary>A manual clock that begins at this machine's time: calls carry deadlines that the wire measures by it.</summary>
internal static class TestClock
{
    public static ManualTimeProvider AtNow()
    {
        var clock = new ManualTimeProvider();
        var behind = TimeProvider.System.GetUtcNow() - clock.GetUtcNow();
        if (behind > TimeSpan.Zero)
        {
            clock.Advance(behind);
        }

        return clock;
    }
}
