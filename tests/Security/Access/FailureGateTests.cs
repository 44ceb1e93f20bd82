using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.TestKit;

namespace Cairn.Security.Access;

public sealed class FailureGateTests
{
    private const string Attacker = "10.0.0.66";
    private readonly ManualTimeProvider time = new();
    private readonly FailureGate gate;

    public FailureGateTests() => gate = new FailureGate(PeerLimits.Standard, time);

    [Fact]
    public void An_address_that_goes_on_guessing_waits_twice_as_long_each_time_and_others_do_not()
    {
        Fail(PeerLimits.Standard.FailuresAllowed);
        var first = WaitOf(Attacker);
        Fail(1);
        var second = WaitOf(Attacker);
        Fail(1);
        var third = WaitOf(Attacker);

        Assert.Equal((1, 2, 4), (first, second, third));
        Assert.Null(gate.LockOut(GuessedSecret.UserToken, "10.0.0.67"));
    }

    [Fact]
    public void A_few_mistakes_cost_nothing()
    {
        Fail(PeerLimits.Standard.FailuresAllowed - 1);

        Assert.Null(gate.LockOut(GuessedSecret.UserToken, Attacker));
    }

    [Fact]
    public void The_wait_is_bounded_and_what_comes_meanwhile_does_not_lengthen_it()
    {
        for (var i = 0; i < 100; i++)
        {
            Fail(1);
            _ = WaitOf(Attacker);
        }

        Fail(1);
        Fail(50);

        Assert.Equal(PeerLimits.Standard.LockOutMax.TotalSeconds, WaitOf(Attacker));
    }

    [Fact]
    public void An_address_that_was_quiet_for_long_begins_anew()
    {
        Fail(PeerLimits.Standard.FailuresAllowed);
        time.Advance(PeerLimits.Standard.FailureMemory + TimeSpan.FromSeconds(1));

        Fail(1);

        Assert.Null(gate.LockOut(GuessedSecret.UserToken, Attacker));
    }

    [Fact]
    public void The_refusal_says_how_long_to_wait()
    {
        Fail(PeerLimits.Standard.FailuresAllowed);

        var refusal = gate.LockOut(GuessedSecret.UserToken, Attacker)!;

        Assert.Equal(ErrorCode.TooManyFailures, refusal.Code);
        Assert.Contains("wait 1 s", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_of_one_ipv6_network_are_one()
    {
        for (var i = 0; i < PeerLimits.Standard.FailuresAllowed; i++)
        {
            gate.Count(GuessedSecret.UserToken, $"2001:db8:1:2::{i + 1:x}");
        }

        Assert.NotNull(gate.LockOut(GuessedSecret.UserToken, "2001:db8:1:2:ffff::1"));
        Assert.Null(gate.LockOut(GuessedSecret.UserToken, "2001:db8:1:3::1"));
    }

    [Fact]
    public void Guessing_at_join_tokens_holds_up_no_user()
    {
        for (var i = 0; i < 100; i++)
        {
            gate.Count(GuessedSecret.JoinToken, Attacker);
        }

        Assert.NotNull(gate.LockOut(GuessedSecret.JoinToken, Attacker));
        Assert.Null(gate.LockOut(GuessedSecret.UserToken, Attacker));
    }

    [Fact]
    public void A_flood_from_many_addresses_is_forgotten_in_bounded_memory()
    {
        for (var i = 0; i < 30_000; i++)
        {
            gate.Count(GuessedSecret.UserToken, $"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}");
        }

        Assert.InRange(gate.Remembered, 1, 10_000);
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            gate.Count(GuessedSecret.UserToken, Attacker);
        }
    }

    // Waits it out, and returns how many seconds that took.
    private double WaitOf(string address)
    {
        var seconds = 0;
        while (gate.LockOut(GuessedSecret.UserToken, address) is not null)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
        }

        return seconds;
    }
}
