using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn.Shared.Identifiers;

namespace Cairn.Coordinator.Jobs;

/// <summary>What a task is within its job. The same name gives the same task id, also after a restart.</summary>
/// <param name="Phase">The command's word.</param>
/// <param name="Step">The capture step; empty for all other commands.</param>
/// <param name="Attempt">Counts from 1.</param>
internal sealed record TaskName(string Phase, string Step = "", int Attempt = 1);

/// <summary>Derives task ids from names, so that a job that is run again sends the same commands.</summary>
internal static class TaskIds
{
    /// <summary>
    /// A UUID of version 8 (RFC 9562): the first 128 bits of SHA-256 over the fields, each with its length in front,
    /// with version and variant set. <paramref name="repeat"/> counts repetitions of an interrupted task, from 0.
    /// </summary>
    public static TaskId Of(JobId job, string node, TaskName name, int repeat)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, "cairn task");
        Append(hash, job.ToString());
        Append(hash, node);
        Append(hash, name.Phase);
        Append(hash, name.Step);
        Append(hash, name.Attempt.ToString(CultureInfo.InvariantCulture));
        Append(hash, repeat.ToString(CultureInfo.InvariantCulture));
        var bytes = hash.GetHashAndReset().AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new TaskId(new Guid(bytes, bigEndian: true));
    }

    private static void Append(IncrementalHash hash, string field)
    {
        var bytes = Encoding.UTF8.GetBytes(field);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
