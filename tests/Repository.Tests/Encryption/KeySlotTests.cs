namespace Cairn.Repository.Tests.Encryption;

public sealed class KeySlotTests : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("cairn-keys-test-").FullName;

    private string RepositoryPath => Path.Combine(root, "repository");

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_repository_made_with_a_passphrase_opens_with_it_and_says_so_without_it()
    {
        using var key = RepositoryKey.FromPassphrase("correct horse battery", "test");
        await MakeAsync(key);

        await OpenAsync(key);

        var refused = await Assert.ThrowsAsync<KeyRequiredException>(() => OpenAsync(null));
        Assert.Equal(RepositoryErrorCode.KeyRequired, refused.Code);
    }

    [Fact]
    public async Task A_wrong_key_a_removed_slot_and_a_truncated_slot_are_told_apart()
    {
        using var first = KeyFile("first");
        using var second = KeyFile("second");
        using var third = KeyFile("third");
        await MakeAsync(first, second);

        await Assert.ThrowsAsync<KeyWrongException>(() => OpenAsync(third));
        await ChangeAsync(second, keyring => keyring.Remove(1));
        var removed = await Assert.ThrowsAsync<KeySlotRemovedException>(() => OpenAsync(first));
        await ChangeAsync(second, keyring => keyring.Add(third, "third"));
        RepositoryTest.Truncate(Slot(3), new FileInfo(Slot(3)).Length - 1);
        var damaged = await Assert.ThrowsAsync<KeySlotDamagedException>(() => OpenAsync(third));

        Assert.Contains("slot 1", removed.Message, StringComparison.Ordinal);
        Assert.Equal(Slot(3), damaged.Subject);
        await OpenAsync(second);
    }

    [Fact]
    public async Task The_last_slot_that_opens_is_never_removed_also_when_another_is_damaged()
    {
        using var first = KeyFile("first");
        using var second = KeyFile("second");
        await MakeAsync(first, second);
        RepositoryTest.FlipBit(Slot(2), new FileInfo(Slot(2)).Length - 3);

        await Assert.ThrowsAsync<LastKeySlotException>(() => ChangeAsync(first, keyring => keyring.Remove(1)));
        await Assert.ThrowsAsync<KeySlotNotFoundException>(() => ChangeAsync(first, keyring => keyring.Remove(2)));

        await OpenAsync(first);
    }

    [Fact]
    public async Task A_rotated_slot_opens_with_the_new_key_only_and_no_data_are_written_anew()
    {
        using var old = KeyFile("old");
        using var next = RepositoryKey.FromPassphrase("another passphrase", "test");
        await MakeAsync(old);
        var before = Snapshot();

        await ChangeAsync(old, keyring => keyring.Rotate(keyring.OpenedWith, next, label: ""));

        await Assert.ThrowsAsync<KeySlotRemovedException>(() => OpenAsync(old));
        await OpenAsync(next);
        Assert.Equal(before, Snapshot());

        List<string> Snapshot() => Directory.EnumerateFiles(RepositoryPath, "*", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/keys/", StringComparison.Ordinal))
            .Select(path => path + File.GetLastWriteTimeUtc(path).Ticks)
            .Order(StringComparer.Ordinal)
            .ToList();
    }

    [Fact]
    public async Task Slots_are_listed_with_kind_label_and_state()
    {
        using var first = KeyFile("first");
        using var second = RepositoryKey.FromPassphrase("another passphrase", "test");
        await MakeAsync(first);

        await ChangeAsync(first, keyring =>
        {
            keyring.Add(second, "night shift");
            keyring.Remove(1);
            var slots = keyring.List();

            Assert.Equal(
                [(1u, RepositoryKeyKind.KeyFile, "first", false), (2u, RepositoryKeyKind.Passphrase, "night shift", true)],
                slots.Select(s => (s.Number, s.Kind!.Value, s.Label, s.IsLive)));
        });
    }

    [Fact]
    public async Task A_slot_of_another_repository_opens_nothing_here()
    {
        using var key = KeyFile("key");
        await MakeAsync(key);
        var other = Path.Combine(root, "other");
        await (await LocalRepository.OpenOrCreateAsync(other, new RepositoryOptions { Key = key }, Cancel)).DisposeAsync();

        File.Copy(Path.Combine(other, "keys/00000001.slot"), Slot(1), overwrite: true);

        await Assert.ThrowsAsync<KeySlotDamagedException>(() => OpenAsync(key));
    }

    [Fact]
    public async Task A_key_for_a_repository_that_is_not_encrypted_is_refused()
    {
        using var key = KeyFile("key");
        await (await LocalRepository.OpenOrCreateAsync(RepositoryPath, new RepositoryOptions(), Cancel)).DisposeAsync();

        await Assert.ThrowsAsync<NotEncryptedException>(() => OpenAsync(key));
    }

    [Fact]
    public async Task A_repository_whose_making_was_cut_before_its_marker_is_made_anew()
    {
        using var first = KeyFile("first");
        using var second = KeyFile("second");
        await MakeAsync(first);
        File.Delete(Path.Combine(RepositoryPath, "cairn-repository"));
        Directory.Delete(Path.Combine(RepositoryPath, "chains"));
        Directory.Delete(Path.Combine(RepositoryPath, "tombstones"));

        await MakeAsync(second);

        await OpenAsync(second);
        await Assert.ThrowsAsync<KeyWrongException>(() => OpenAsync(first));
    }

    [Fact]
    public void Files_that_hold_no_key_are_refused()
    {
        var path = Path.Combine(root, "material");
        foreach (var content in (byte[][])[[], new byte[31], new byte[32], Bytes.Random(33, 1)])
        {
            new SourceTree(root).WithFile("material", content);
            Assert.Throws<KeyMaterialException>(() => RepositoryKey.FromKeyFile(path));
        }

        foreach (var content in (byte[][])[[], "seven b"u8.ToArray(), new byte[1025]])
        {
            new SourceTree(root).WithFile("material", content);
            Assert.Throws<KeyMaterialException>(() => RepositoryKey.FromPassphraseFile(path));
        }

        Assert.Throws<KeyMaterialException>(() => RepositoryKey.FromKeyFile(path + ".absent"));
    }

    [Fact]
    public async Task A_line_end_behind_a_passphrase_does_not_count()
    {
        using var typed = RepositoryKey.FromPassphrase("a passphrase", "test");
        await MakeAsync(typed);
        new SourceTree(root).WithFile("passphrase", "a passphrase\n"u8.ToArray());

        using var read = RepositoryKey.FromPassphraseFile(Path.Combine(root, "passphrase"));

        await OpenAsync(read);
    }

    [Fact]
    public async Task A_bit_flip_anywhere_in_a_slot_is_refused_by_name()
    {
        using var key = KeyFile("key");
        await MakeAsync(key);

        for (long at = 0; at < new FileInfo(Slot(1)).Length; at++)
        {
            RepositoryTest.FlipBit(Slot(1), at);
            var refused = await Assert.ThrowsAnyAsync<RepositoryException>(() => OpenAsync(key));
            Assert.True(refused is KeySlotDamagedException or UnsupportedFormatException, $"at {at}: {refused}");
            RepositoryTest.FlipBit(Slot(1), at);
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Directory.Delete(root, recursive: true);
        return Task.CompletedTask;
    }

    private string Slot(int number) => Path.Combine(RepositoryPath, $"keys/{number:x8}.slot");

    private RepositoryKey KeyFile(string name)
    {
        new SourceTree(root).WithFile(name, 32, seed: name[0]);
        return RepositoryKey.FromKeyFile(Path.Combine(root, name));
    }

    private async Task MakeAsync(RepositoryKey key, RepositoryKey? second = null)
    {
        await using var repository = await LocalRepository.OpenOrCreateAsync(RepositoryPath, new RepositoryOptions { Key = key }, Cancel);
        if (second is not null)
        {
            repository.Keys!.Add(second, "second");
        }
    }

    private async Task OpenAsync(RepositoryKey? key) =>
        await (await LocalRepository.OpenOrCreateAsync(RepositoryPath, new RepositoryOptions { Key = key, ReadOnly = true }, Cancel)).DisposeAsync();

    private async Task ChangeAsync(RepositoryKey key, Action<RepositoryKeyring> change)
    {
        await using var repository = await LocalRepository.OpenOrCreateAsync(RepositoryPath, new RepositoryOptions { Key = key, ReadOnly = true }, Cancel);
        change(repository.Keys!);
    }
}
