using Cairn.Root.Tests.Sites;

namespace Cairn.Root.Tests;

/// <summary>Mounts and links at, above and below the data directory: handled, or refused with the mount point.</summary>
public sealed class MountTests : IAsyncLifetime
{
    private readonly RootSite site = new();
    private readonly Mounts mounts = new();

    public async Task InitializeAsync()
    {
        await site.InitializeAsync();
        await site.StartAsync();
    }

    public async Task DisposeAsync()
    {
        mounts.Dispose();
        await site.DisposeAsync();
    }

    [Fact]
    public async Task A_symbolic_link_to_the_data_stays_as_it_is_and_what_it_leads_to_is_replaced()
    {
        Directory.CreateDirectory(site.At("disk"));
        Directory.Move(site.Data, site.At("disk", "real"));
        Directory.CreateSymbolicLink(site.Data, site.At("disk", "real"));
        var saved = site.Look();
        var point = await site.BackUpAsync();
        site.Write("one", "spoiled");

        await site.RestoreAsync(point);

        Assert.Equal(site.At("disk", "real"), new FileInfo(site.Data).LinkTarget);
        Assert.Equal(saved, site.Look());
        Assert.True(Directory.Exists(site.At("disk", ".cairn")));
        Assert.False(Directory.Exists(site.At("db", ".cairn")));
    }

    [Fact]
    public async Task Data_below_a_mount_or_a_bind_mount_are_replaced_on_it()
    {
        mounts.AddMemory(site.At("memory"));
        Directory.CreateDirectory(site.At("memory", "db"));
        Shell.Run($"cp -a '{site.Data}' '{site.At("memory", "db")}/'");
        mounts.AddBind(site.At("memory", "db"), site.At("db"));
        var saved = site.Look();
        var point = await site.BackUpAsync();
        site.Write("one", "spoiled");

        await site.RestoreAsync(point);
        var restored = site.Look();
        await site.DoneAsync("restore", "undo", RootSite.Cluster, "--yes");
        await site.DoneAsync("restore", "discard", RootSite.Cluster, "--yes");

        Assert.Equal(saved, restored);
        Assert.Equal("spoiled", await File.ReadAllTextAsync(site.At("memory", "db", "data", "one")));
        Assert.False(Directory.Exists(site.At("memory", "db", ".cairn")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_data_directory_that_is_a_mount_point_itself_is_refused_by_its_name(bool memory)
    {
        var point = await site.BackUpAsync();
        Mount(memory, site.Data);

        var (code, finding, wayOut) = await site.RefusedAsync(point, "rename");

        Assert.Equal("RENAME_IMPOSSIBLE", code);
        Assert.Contains($"{site.Data} is a mount point", finding, StringComparison.Ordinal);
        Assert.Contains("below the mount point", wayOut, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Something_mounted_inside_the_data_directory_is_refused_by_its_name(bool memory)
    {
        var point = await site.BackUpAsync();
        Mount(memory, Path.Combine(site.Data, "below"));

        var (code, finding, _) = await site.RefusedAsync(point, "rename");

        Assert.Equal("RENAME_IMPOSSIBLE", code);
        Assert.Contains($"{site.Data}/below is mounted inside {site.Data}", finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_mount_is_refused_by_its_name_and_a_writable_one_is_not()
    {
        mounts.AddBind(site.At("db"), site.At("db"));
        var saved = site.Look();
        var point = await site.BackUpAsync();
        Mounts.MakeReadOnly(site.At("db"));

        var (code, finding, wayOut) = await site.RefusedAsync(point, "rename");
        Mounts.MakeWritable(site.At("db"));
        site.Write("one", "spoiled");
        await site.RestoreAsync(point);

        Assert.Equal("RENAME_IMPOSSIBLE", code);
        Assert.Contains($"{site.At("db")} is mounted read-only", finding, StringComparison.Ordinal);
        Assert.Contains("remount", wayOut, StringComparison.Ordinal);
        Assert.Equal(saved, site.Look());
    }

    private void Mount(bool memory, string point)
    {
        if (memory)
        {
            mounts.AddMemory(point);
        }
        else
        {
            Directory.CreateDirectory(site.At("other"));
            mounts.AddBind(site.At("other"), point);
        }
    }
}
