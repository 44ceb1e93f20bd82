using System.Buffers.Binary;
using Cairn.Agent.Engines.OpenGauss.Pages;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

public sealed class PageCheckTests
{
    private readonly PageFailures failures = new();

    [Theory]
    [InlineData(0u)]
    [InlineData(17u)]
    [InlineData(131072u)]
    public void The_checksum_is_the_one_that_its_definition_gives_word_by_word(uint block)
    {
        var page = Page(block);

        Assert.Equal(ByDefinition(page, block), PageChecksum.Of(page, block));
    }

    [Fact]
    public void Pages_that_are_right_are_stored_at_the_first_look()
    {
        byte[] piece = [.. Page(0), .. new byte[PageChecksum.PageBytes], .. Page(2)];

        Assert.Null(Check().Look(piece, offset: 0, attempt: 1));
        Assert.Equal((0, 0), (failures.Count, failures.Rereads));
    }

    [Fact]
    public void The_block_counts_over_all_files_of_the_relation()
    {
        var piece = Page(131072 + 5);

        Assert.Null(Check(segment: 1).Look(piece, offset: 5 * PageChecksum.PageBytes, attempt: 1));
        Assert.NotNull(Check().Look(piece, offset: 5 * PageChecksum.PageBytes, attempt: 1));
    }

    [Fact]
    public void A_torn_page_is_read_again_and_is_no_failure_once_it_is_whole()
    {
        var check = Check();
        var torn = Page(0);
        torn[5000] ^= 1;

        Assert.NotNull(check.Look(torn, offset: 0, attempt: 1));
        Assert.Null(check.Look(Page(0), offset: 0, attempt: 2));
        Assert.Equal((0, 1), (failures.Count, failures.Rereads));
    }

    [Fact]
    public void A_page_that_stays_as_wrong_as_it_was_is_a_failure_with_its_file_and_block()
    {
        var damaged = Page(3);
        damaged[5000] ^= 1;

        LookToTheEnd(Check(), _ => damaged, offset: 3 * PageChecksum.PageBytes);

        var failure = Assert.Single(failures.Listed);
        Assert.Equal(("data/base/5/16400", 3), (failure.File, failure.Block));
    }

    [Fact]
    public void A_page_that_is_written_all_the_time_is_left_to_the_log_where_the_server_repairs_it()
    {
        LookToTheEnd(Check(), Busy, offset: 0);

        Assert.Equal(0, failures.Count);
    }

    [Fact]
    public void Where_the_server_does_not_repair_it_only_a_whole_page_is_good_enough()
    {
        LookToTheEnd(Check(mustVerify: true), Busy, offset: 0);

        Assert.Equal(1, failures.Count);
    }

    private PageCheck Check(uint segment = 0, bool mustVerify = false) => new("data/base/5/16400", segment, mustVerify, failures);

    private static byte[] Busy(int attempt)
    {
        var page = Page(0);
        page[100 + attempt] ^= 0xFF;
        return page;
    }

    private static void LookToTheEnd(PageCheck check, Func<int, byte[]> read, long offset)
    {
        for (var attempt = 1; check.Look(read(attempt), offset, attempt) is not null; attempt++)
        {
            Assert.True(attempt < 1000, "it never ends");
        }
    }

    private static byte[] Page(uint block)
    {
        var page = new byte[PageChecksum.PageBytes];
        new Random(4711).NextBytes(page.AsSpan(24));
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(12), 200);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(14), 4000);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(16), 8192);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(18), 0x2004);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(8), ByDefinition(page, block));
        return page;
    }

    // As the servers' documentation puts it, one word after the other.
    private static ushort ByDefinition(byte[] page, uint block)
    {
        uint[] sums =
        [
            0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
            0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
            0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
            0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756,
        ];
        var copy = (byte[])page.Clone();
        copy[8] = copy[9] = 0;
        for (var row = 0; row < 66; row++)
        {
            for (var column = 0; column < 32; column++)
            {
                var word = row < 64 ? BinaryPrimitives.ReadUInt32LittleEndian(copy.AsSpan(((row * 32) + column) * 4)) : 0;
                var mixed = sums[column] ^ word;
                sums[column] = unchecked(mixed * 16777619) ^ (mixed >> 17);
            }
        }

        return (ushort)(((sums.Aggregate((one, other) => one ^ other) ^ block) % 65535) + 1);
    }
}
