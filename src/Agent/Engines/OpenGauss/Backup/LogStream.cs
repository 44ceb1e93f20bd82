using System.Globalization;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Npgsql;
using Npgsql.Replication;
using NpgsqlTypes;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>
/// Receives a server's log while its files are copied, over the replication protocol, into segment files of a directory. Owns its task, which
/// ends with it.
/// </summary>
internal sealed class LogStream : IAsyncDisposable
{
    private const int BufferBytes = 128 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ServerReach reach;
    private readonly string directory;
    private readonly int segmentBytes;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private readonly Task receiving;
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong received;

    private LogStream(
        ServerReach reach, PhysicalReplicationConnection connection, uint timeline, ulong start, string directory, int segmentBytes, TimeProvider time)
    {
        (this.reach, this.directory, this.segmentBytes, this.time) = (reach, directory, segmentBytes, time);
        receiving = ReceiveAsync(connection, timeline, start);
    }

    /// <summary>Begins with the segment that holds <paramref name="start"/>.</summary>
    /// <exception cref="NpgsqlException">The server refuses.</exception>
    public static async Task<LogStream> StartAsync(
        ServerConfiguration configuration,
        EngineLimits limits,
        string start,
        string directory,
        int segmentBytes,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var reach = ServerReach.To(configuration, limits, database: null);
        var connection = new PhysicalReplicationConnection(reach.ConnectionString);
        try
        {
            await connection.Open(cancellationToken);
            var system = await connection.IdentifySystem(cancellationToken);
            var begin = LogSegments.Lsn(start) / (ulong)segmentBytes * (ulong)segmentBytes;
            return new LogStream(reach, connection, system.Timeline, begin, directory, segmentBytes, time);
        }
        catch
        {
            await connection.DisposeAsync();
            await reach.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when everything before <paramref name="stop"/> is there, and ends.</summary>
    /// <exception cref="NpgsqlException">The stream broke before.</exception>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async Task ReachAsync(string stop, CancellationToken cancellationToken)
    {
        var end = LogSegments.Lsn(stop);
        using var over = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (received >= end)
                {
                    break;
                }

                next = arrived.Task;
            }

            try
            {
                var first = await Task.WhenAny(next, receiving).WaitAsync(either.Token);
                await first;
                if (first == receiving)
                {
                    throw new TimeoutException($"the server ended its log before {stop}");
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"the log up to {stop} did not come within {Limit}"));
            }
        }

        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        try
        {
            await receiving;
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException or IOException)
        {
            // Whoever needed more of it has met this already.
        }
        finally
        {
            await reach.DisposeAsync();
        }
    }

    private async Task ReceiveAsync(PhysicalReplicationConnection connection, uint timeline, ulong start)
    {
        await using var owned = connection;
        FileStream? file = null;
        ulong open = 0;
        var buffer = new byte[BufferBytes];
        try
        {
            await foreach (var message in connection.StartReplication(new NpgsqlLogSequenceNumber(start), ending.Token, timeline))
            {
                var at = (ulong)message.WalStart;
                while (await message.Data.ReadAsync(buffer, ending.Token) is > 0 and var length)
                {
                    for (var done = 0; done < length;)
                    {
                        var number = at / (ulong)segmentBytes;
                        if (file is null || open != number)
                        {
                            await (file?.DisposeAsync() ?? ValueTask.CompletedTask);
                            (file, open) = (Open(timeline, number), number);
                        }

                        var inside = (int)(at % (ulong)segmentBytes);
                        var piece = Math.Min(length - done, segmentBytes - inside);
                        file.Position = inside;
                        await file.WriteAsync(buffer.AsMemory(done, piece), ending.Token);
                        done += piece;
                        at += (ulong)piece;
                    }
                }

                await (file?.FlushAsync(ending.Token) ?? Task.CompletedTask);
                connection.SetReplicationStatus(new NpgsqlLogSequenceNumber(at));
                Tell(at);
            }
        }
        finally
        {
            await (file?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    // A server that recovers wants whole segments: what does not come stays zero.
    private FileStream Open(uint timeline, ulong number)
    {
        var perLog = 0x1_0000_0000UL / (ulong)segmentBytes;
        var name = string.Create(CultureInfo.InvariantCulture, $"{timeline:X8}{number / perLog:X8}{number % perLog:X8}");
        var file = new FileStream(Path.Combine(directory, name), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        file.SetLength(segmentBytes);
        return file;
    }

    private void Tell(ulong position)
    {
        lock (gate)
        {
            received = position;
            arrived.SetResult();
            arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
