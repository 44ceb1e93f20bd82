using FsCheck;

namespace Cairn.Repository.Tests.Copying;

/// <summary>Whatever tree and whatever order of fulls, incrementals and deletions: every point that is left restores exactly.</summary>
public sealed class AnySequenceTests
{
    [Fact]
    public void Any_tree_comes_back_under_any_sequence_of_full_incremental_and_delete()
    {
        var steps = Gen.NonEmptyListOf(Gen.Elements(Enum.GetValues<Step>()));
        var arbitrary = Arb.From(Gen.Zip(steps, Gen.Choose(0, int.MaxValue - 1)));

        Prop.ForAll(arbitrary, input => RunAsync([.. input.Item1], input.Item2).GetAwaiter().GetResult())
            .Check(new Configuration { MaxNbOfTest = 25, EndSize = 18, Runner = Config.QuickThrowOnFailure.Runner });
    }

    private static async Task RunAsync(IReadOnlyList<Step> steps, int seed)
    {
        await using var run = await SequenceRun.StartAsync(seed);
        foreach (var step in steps)
        {
            await run.TakeAsync(step);
        }

        await run.CheckAllAsync();
    }

    private enum Step
    {
        WriteFile,
        OverwriteInside,
        RemoveFile,
        AddName,
        AddSymlink,
        ChangeMode,
        Full,
        Incremental,
        VerifiedIncremental,
        Delete,
        Reopen,
    }

    private sealed class SequenceRun(int seed) : RepositoryTest, IAsyncDisposable
    {
        private readonly System.Random random = new(seed);
        private readonly List<(BeginPoint Spec, IReadOnlyList<string> Expected)> points = [];

        public static async Task<SequenceRun> StartAsync(int seed)
        {
            var run = new SequenceRun(seed);
            await run.InitializeAsync();
            return run;
        }

        public async Task TakeAsync(Step step)
        {
            var files = Source.List().Select(e => e.PhysicalPath).OfType<string>().ToList();
            switch (step)
            {
                case Step.WriteFile:
                    var name = $"d{random.Next(3)}/f{random.Next(6)}";
                    File.Delete(Directory.CreateDirectory(Path.GetDirectoryName(Source.PathOf(name))!).FullName + "/" + Path.GetFileName(name));
                    Source.WithFile(name, NewContent()).WithDirectory($"d{random.Next(5)}/e");
                    break;
                case Step.OverwriteInside when files.Count > 0:
                    OverwriteInside(files[random.Next(files.Count)]);
                    break;
                case Step.RemoveFile when files.Count > 0:
                    File.Delete(files[random.Next(files.Count)]);
                    break;
                case Step.AddName when files.Count > 0:
                    AddName(files[random.Next(files.Count)]);
                    break;
                case Step.AddSymlink:
                    var link = Source.PathOf($"l{random.Next(4)}");
                    File.Delete(link);
                    File.CreateSymbolicLink(link, new[] { "/nowhere", "d0/f0", "l\u00e4nge" }[random.Next(3)]);
                    break;
                case Step.ChangeMode when files.Count > 0:
                    Source.WithMode(files[random.Next(files.Count)], (uint)random.Next(0x1000) | 0x180);
                    break;
                case Step.Full:
                    await AddPointAsync(NewFull());
                    break;
                case Step.Incremental or Step.VerifiedIncremental when points.Count > 0:
                    var last = points[random.Next(points.Count)].Spec;
                    await AddPointAsync(NewIn(last.Chain, last.Point) with { VerifyUnchanged = step == Step.VerifiedIncremental });
                    break;
                case Step.Delete when points.Count > 0:
                    var victim = random.Next(points.Count);
                    await Repository.DeletePointAsync(points[victim].Spec.Point, Cancel);
                    points.RemoveAt(victim);
                    break;
                case Step.Reopen:
                    await ReopenAsync();
                    break;
            }
        }

        public async Task CheckAllAsync()
        {
            Assert.Equal(points.Select(p => p.Spec.Point).Order(), (await Repository.ListPointsAsync(Cancel)).Select(p => p.Point));
            foreach (var (spec, expected) in points)
            {
                await AssertRestoresAsync(spec.Point, expected);
                Assert.True((await Repository.VerifyAsync(spec.Point, VerifyLevel.Hash, progress: null, Cancel)).IsSound);
            }
        }

        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

        private async Task AddPointAsync(BeginPoint spec)
        {
            // A file whose name is even counts as immutable; when it is written again it is a new file, as the sealed files of engines are.
            var entries = new TreeSource(namesElsewhere: 0).ReadAsync(
                Source.Root, "data", e => e with { Immutable = e.Kind == EntryKind.File && e.Path[^1] % 2 == 0 }, Cancel);
            await BackUpAsync(spec, entries);
            points.Add((spec, TreeSnapshot.Take(Source.Root)));
        }

        private byte[] NewContent() => random.Next(4) switch
        {
            0 => [],
            1 => new byte[random.Next(2_500_000)],
            2 => Bytes.Text(random.Next(1_500_000), random.Next()),
            _ => Bytes.Random(random.Next(1_500_000), random.Next(5)),
        };

        private void AddName(string path)
        {
            var name = Path.Combine(Path.GetDirectoryName(path)!, $"h{random.Next(6)}");
            if (name != path)
            {
                File.Delete(name);
                RawFiles.MakeLink(name, path);
            }
        }

        private void OverwriteInside(string path)
        {
            // What counts as immutable under any of its names is left as it is.
            if (Source.List().Where(e => e.Identity == UnixStat.TryRead(path)!.Value.Identity).Any(e => e.Path[^1] % 2 == 0))
            {
                return;
            }

            using var file = File.OpenWrite(path);
            file.Position = random.Next((int)file.Length + 1);
            file.Write(Bytes.Random(random.Next(5000), random.Next()));
        }
    }
}
