namespace Cairn.Bench.Repository;

/// <summary>What others do with the same data. Each gives its space back.</summary>
internal sealed class Peers(BenchOptions options, StepReport report, string root)
{
    private static readonly IReadOnlyDictionary<string, string> Programs = new Dictionary<string, string>
    {
        ["cp"] = "cp",
        ["tar"] = "tar",
        ["restic"] = "restic",
        ["borg"] = "borg",
    };

    /// <summary>Those that were asked for and are installed.</summary>
    public IReadOnlyList<string> Names { get; } = Programs
        .Where(p => options.Peers?.Contains(p.Key) != false && ShellCommand.IsInstalled(p.Value))
        .Select(p => p.Key)
        .ToList();

    public Task RunAsync(string peer, BenchData data, CancellationToken cancellationToken) => peer switch
    {
        "cp" => CopyAsync(data, cancellationToken),
        "tar" => TarAsync(data, cancellationToken),
        "restic" => ResticAsync(data, cancellationToken),
        "borg" => BorgAsync(data, cancellationToken),
        _ => throw new ArgumentException($"there is no peer {peer}", nameof(peer)),
    };

    private async Task CopyAsync(BenchData data, CancellationToken cancellationToken)
    {
        var target = Path.Combine(root, "copied");
        await TimeAsync("cp", $"cp -a '{data.Root}' '{target}' && sync -f '{target}'", target, cancellationToken);
        Output.Discard(target);
    }

    private async Task TarAsync(BenchData data, CancellationToken cancellationToken)
    {
        var archive = Path.Combine(root, "data.tar.zst");
        var target = Path.Combine(root, "untarred");
        await TimeAsync(
            "tar_zstd",
            $"tar -C '{data.Root}' -cf - . | zstd -q -1 -T{Environment.ProcessorCount} -o '{archive}' && sync -f '{archive}'",
            archive,
            cancellationToken);
        await TimeAsync(
            "unzstd_tar",
            $"mkdir '{target}' && zstd -q -dc '{archive}' | tar -C '{target}' -xf - && sync -f '{target}'",
            output: null,
            cancellationToken);
        File.Delete(archive);
        Output.Discard(target);
    }

    private async Task ResticAsync(BenchData data, CancellationToken cancellationToken)
    {
        var repository = Path.Combine(root, "restic");
        var restic = $"RESTIC_PASSWORD=bench restic -q --cache-dir '{root}/restic-cache' -r '{repository}'";
        await ShellCommand.RunAsync($"{restic} init", cancellationToken);
        await TimeAsync("restic", $"{restic} backup '{data.Root}' && sync -f '{repository}'", repository, cancellationToken);
        Directory.Delete(repository, recursive: true);
        Directory.Delete(Path.Combine(root, "restic-cache"), recursive: true);
    }

    private async Task BorgAsync(BenchData data, CancellationToken cancellationToken)
    {
        var repository = Path.Combine(root, "borg");
        var borg = $"BORG_BASE_DIR='{root}/borg-base' BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes borg";
        await ShellCommand.RunAsync($"{borg} init -e none '{repository}'", cancellationToken);
        await TimeAsync("borg", $"{borg} create -C zstd,1 '{repository}::bench' '{data.Root}' && sync -f '{repository}'", repository, cancellationToken);
        Directory.Delete(repository, recursive: true);
        Directory.Delete(Path.Combine(root, "borg-base"), recursive: true);
    }

    private async Task TimeAsync(string step, string command, string? output, CancellationToken cancellationToken)
    {
        report.Add(step, await ShellCommand.RunAsync(command, cancellationToken));
        if (output is not null)
        {
            report.AddBytes(step, Output.BytesOf(output));
        }
    }
}
