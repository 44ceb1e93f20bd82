namespace Cairn.Bench;

/// <summary>Rounds as long as there is time for a whole one more.</summary>
internal static class RoundBudget
{
    /// <summary>Runs up to <paramref name="rounds"/> rounds; none is begun that would probably not end within the budget. Returns how many were run.</summary>
    public static async Task<int> RunAsync(int rounds, TimeSpan budget, long begun, Func<int, Task> round)
    {
        var setUp = TimeProvider.System.GetElapsedTime(begun);
        for (var done = 0; done < rounds; done++)
        {
            var used = TimeProvider.System.GetElapsedTime(begun);
            if (done > 0 && used + ((used - setUp) / done) > budget)
            {
                Console.Error.WriteLine($"no time for round {done + 1} of {rounds}: {used.TotalMinutes:f1} of {budget.TotalMinutes:f0} minutes are used");
                return done;
            }

            await round(done);
            Console.Error.WriteLine($"round {done + 1} of {rounds} done");
        }

        return rounds;
    }
}
