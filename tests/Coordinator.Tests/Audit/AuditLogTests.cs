using System.Text;
using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.TestKit;
using Cairn.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Coordinator.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("cairn-audit-tests-");
    private readonly ManualTimeProvider time = new();
    private readonly CatalogDatabase database;
    private readonly AuditAnchorTable anchors;

    public AuditLogTests()
    {
        database = CatalogDatabase.Open(Path.Combine(state.FullName, "catalog.db"));
        anchors = new AuditAnchorTable(database);
    }

    private string Audit => Path.Combine(state.FullName, "audit");

    private IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Audit).Order(StringComparer.Ordinal)];

    [Fact]
    public void Records_are_there_after_a_restart_and_follow_one_another()
    {
        Write(3);
        Write(2);

        var verdict = Verify();

        // Each opening is a record too.
        Assert.True(verdict.Sound, verdict.ToString());
        Assert.Equal((1, 7), (verdict.FirstSequence, verdict.LastSequence));
    }

    [Fact]
    public void A_line_that_a_crash_tore_is_cut_off_and_no_damage()
    {
        Write(2);
        File.AppendAllText(Files[0], "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9 {\"seq\":4,\"at\":\"2026");

        Write(1);

        Assert.True(Verify().Sound, Verify().ToString());
    }

    [Fact]
    public void A_record_that_a_crash_kept_from_its_anchor_counts()
    {
        Write(2);
        var before = anchors.Read();
        using (var log = Open())
        {
            log.Append(AuditKind.Asked, "user alice", "10.0.0.1", "/x/Y", "cluster=c", "");
        }

        // As if the process had died right before it anchored the last record; the one before it was anchored.
        var lines = File.ReadAllLines(Files[0]);
        var anchored = AuditLine.ReadHash(Encoding.UTF8.GetBytes(lines[^2]))!;
        anchors.Put(before with { HeadSequence = lines.Length - 1, HeadHash = anchored });
        Write(1);

        var verdict = Verify();
        Assert.True(verdict.Sound, verdict.ToString());
        Assert.Equal(lines.Length + 2, verdict.LastSequence);
    }

    [Fact]
    public void A_changed_record_is_found_and_named()
    {
        Write(4);
        Change(lines => lines[2] = lines[2].Replace("alice", "malory", StringComparison.Ordinal));

        var verdict = Verify();

        Assert.False(verdict.Sound);
        Assert.Contains("record 3", Assert.Single(verdict.Damage), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_taken_out_of_the_middle_is_found()
    {
        Write(4);
        Change(lines => lines.RemoveAt(2));

        Assert.Contains(Verify().Damage, damage => damage.Contains("lines are missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Records_taken_off_the_end_are_found_by_the_anchor(int removed)
    {
        Write(4);
        Change(lines => lines.RemoveRange(lines.Count - removed, removed));

        var verdict = Verify();

        Assert.Contains(verdict.Damage, damage => damage.Contains("record 5, the last that the catalog knows", StringComparison.Ordinal));
    }

    [Fact]
    public void A_shortened_log_is_noted_at_the_next_start_and_stays_noted()
    {
        Write(4);
        Change(lines => lines.RemoveRange(lines.Count - 2, 2));
        Write(1);
        Write(1);

        var verdict = Verify();

        Assert.False(verdict.Sound);
        Assert.Contains(verdict.Damage, damage => damage.Contains("at a start the log was not as it had been left", StringComparison.Ordinal));
    }

    [Fact]
    public void A_log_written_anew_with_a_chain_of_its_own_is_found_by_the_anchor()
    {
        Write(4);
        var previous = new byte[AuditLine.HashBytes];
        var forged = new MemoryStream();
        for (var sequence = 1; sequence <= 5; sequence++)
        {
            var (line, hash) = AuditLine.Format(
                new AuditRecord(sequence, time.GetUtcNow(), AuditKind.Opened, "", "", "", "", "ok", 0), previous);
            forged.Write(line);
            previous = hash;
        }

        using (var file = new FileStream(Files[0], FileMode.Create))
        {
            forged.WriteTo(file);
        }

        Assert.Contains(Verify().Damage, damage => damage.Contains("written anew", StringComparison.Ordinal));
    }

    [Fact]
    public void Records_that_somebody_added_are_found_at_the_next_start()
    {
        Write(2);
        var previous = anchors.Read().HeadHash.ToArray();
        using (var file = new FileStream(Files[0], FileMode.Append))
        {
            for (var sequence = 4; sequence <= 5; sequence++)
            {
                var (line, hash) = AuditLine.Format(
                    new AuditRecord(sequence, time.GetUtcNow(), AuditKind.Answered, "user x", "", "", "", "ok", 0), previous);
                file.Write(line);
                previous = hash;
            }
        }

        Write(1);

        Assert.False(Verify().Sound);
    }

    [Fact]
    public void The_log_takes_bounded_space_and_what_is_kept_can_be_verified_to_its_first_record()
    {
        var small = new AuditLimits(FileBytes: 2000, Files: 3);
        Write(60, small);

        var verdict = Verify();

        Assert.True(verdict.Sound, verdict.ToString());
        Assert.Equal(3, Files.Count);
        Assert.True(verdict.FirstSequence > 1);
        Assert.All(Files, file => Assert.True(new FileInfo(file).Length <= 2000));
    }

    [Fact]
    public void A_whole_file_that_is_gone_is_found()
    {
        var small = new AuditLimits(FileBytes: 2000, Files: 10);
        Write(30, small);
        File.Delete(Files[1]);

        Assert.False(Verify().Sound);
    }

    [Fact]
    public void Texts_of_callers_cannot_break_a_line_or_make_it_long()
    {
        using (var log = Open())
        {
            log.Append(AuditKind.Asked, "user \n\"\ud800", new string('x', 100_000), "/a/b", "cluster=\u0000\n{}", "");
        }

        Assert.True(Verify().Sound);
        Assert.True(new FileInfo(Files[0]).Length < 2 * AuditLine.MaxBytes);
    }

    [Fact]
    public void A_log_that_cannot_be_written_says_so_and_adds_nothing()
    {
        using var log = Open();
        log.Dispose();
        Directory.Delete(Audit, recursive: true);

        var refusal = Assert.Throws<CairnException>(
            () => log.Append(AuditKind.Asked, "user alice", null, "/a/b", "", ""));

        Assert.Equal(ErrorCode.AuditUnavailable, refusal.Code);
    }

    [Fact]
    public async Task A_flood_of_refusals_is_counted_and_pushes_nothing_out()
    {
        using var log = Open();
        var refusals = new AuditedRefusals(log, time);
        var mallory = Cairn.Shared.Security.Caller.Nobody("10.0.0.66");
        var refusal = new CairnException(ErrorCode.CredentialMissing, "none", "show one");
        for (var i = 0; i < 1000; i++)
        {
            await refusals.RefusedAsync(mallory, "/a/b", refusal, CancellationToken.None);
        }

        refusals.Flush();

        var entries = new AuditListing(log).Newest(5000, _ => true, CancellationToken.None);
        Assert.Equal(30, entries.Count(entry => entry.Kind == "refused"));
        Assert.Equal("970 further refusals, not written one by one", entries.Single(entry => entry.Kind == "suppressed").Subject);
    }

    public void Dispose()
    {
        database.Dispose();
        state.Delete(recursive: true);
    }

    private AuditLog Open(AuditLimits? limits = null) => new(
        Audit, anchors, limits ?? AuditLimits.From(new AuditOptions()), time, NullLogger<AuditLog>.Instance);

    private void Write(int records, AuditLimits? limits = null)
    {
        using var log = Open(limits);
        for (var i = 0; i < records; i++)
        {
            log.Append(AuditKind.Asked, "user alice", "10.0.0.1", "/cairn.v1.Coordinator/RunBackup", "cluster=c1", "");
        }
    }

    // Without opening it as a coordinator does, which would note what it finds.
    private AuditVerdict Verify() => AuditVerifier.Verify(Audit, anchors.Read(), CancellationToken.None);

    private void Change(Action<List<string>> change)
    {
        var lines = File.ReadAllLines(Files[0]).ToList();
        change(lines);
        File.WriteAllLines(Files[0], lines);
    }
}
