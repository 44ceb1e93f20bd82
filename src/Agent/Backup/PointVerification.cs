using Cairn.Shared.Errors;
using Cairn.V1;
using LevelOfRepository = Cairn.Repository.VerifyLevel;
using OptionsOfRepository = Cairn.Repository.VerifyOptions;

namespace Cairn.Agent.Backup;

/// <summary>Looks a point over. Damage is a result, not a failure: the task did what it was asked.</summary>
internal sealed class PointVerification(NodeRepository repository)
{
    /// <summary>Verifies at the level asked for; every byte unless something else was.</summary>
    public async Task<TaskStatus> RunAsync(
        VerifyRequest request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var opened = await repository.OpenAsync(cancellationToken);
        var report = await opened.VerifyAsync(
            PointIds.Require(request.PointId),
            Options(request),
            new CopyTotals("verify", []).Report(progress),
            cancellationToken);
        var result = new VerifyResult { Files = report.Files, Bytes = report.Bytes, DamageLeftOut = report.DamageCount - report.Damages.Count };
        if (report.Shrunk is { } shrunk)
        {
            result.Shrunk = new Shrinkage { Predecessor = shrunk.Predecessor.Text, FilesBefore = shrunk.FilesBefore, BytesBefore = shrunk.BytesBefore };
        }

        result.Damage.AddRange(report.Damages.Select(damage => new Damage
        {
            File = damage.Path is { } path ? Cairn.Repository.UnixPath.Show(path) : damage.FoundIn,
            Offset = damage.Offset ?? 0,
            What = $"{damage.Finding} (in {damage.FoundIn})",
        }));
        return new TaskStatus { Verify = result };
    }

    private static OptionsOfRepository Options(VerifyRequest request)
    {
        var options = new OptionsOfRepository
        {
            Level = request.Level switch
            {
                VerifyLevel.Presence => LevelOfRepository.Presence,
                VerifyLevel.Restore => LevelOfRepository.Restore,
                _ => LevelOfRepository.Hash,
            },
            CoverSame = ObjectSelection.IsSame,
        };
        return request.HasMaxShrinkage ? options with { MaxShrinkage = Bounded.Require("max_shrinkage", request.MaxShrinkage, 0, 1) } : options;
    }
}
