using System.Globalization;
using System.Text;

namespace Cairn.Repository;

/// <summary>
/// Writes POSIX tar: a ustar header per entry, and in front of it a pax header with what ustar has no room for (ns, long and raw names, large numbers, extended
/// attributes as <c>SCHILY.xattr.*</c>, sparse files in GNU's format 1.0). Not for concurrent use.
/// </summary>
internal sealed class TarWriter(Stream destination)
{
    public const int RecordBytes = 512;

    private const int NameBytes = 100;
    private const long MaxOctal8 = 0x1FFFFF;
    private const long MaxOctal12 = 0x1FFFFFFFF;

    private static readonly byte[] Padding = new byte[RecordBytes];
    private long contentBytes;

    /// <summary>The headers. A file's content follows by <see cref="WriteAsync"/> and ends with <see cref="EndAsync"/>; nothing follows for all else.</summary>
    public async Task BeginAsync(ManifestEntry entry, TarSparseMap? map, CancellationToken cancellationToken)
    {
        var name = Raw(entry.Kind == EntryKind.Directory ? entry.Path + "/" : entry.Path);
        var target = Raw(entry.LinkedTo ?? entry.LinkTarget ?? string.Empty);
        var sparse = map?.Build() ?? [];
        var content = entry is { Kind: EntryKind.File, LinkedTo: null } ? sparse.Length + (map?.DataBytes ?? entry.Attributes.Size) : 0;
        var pax = PaxOf(entry, name, target, map, content).Build();
        await destination.WriteAsync(Header((byte)'x', Raw("PaxHeaders/" + Short(entry.Path)), [], entry, pax.Length), cancellationToken);
        await destination.WriteAsync(pax, cancellationToken);
        await PadAsync(pax.Length, cancellationToken);
        await destination.WriteAsync(Header(TypeOf(entry), name, target, entry, content), cancellationToken);
        contentBytes = 0;
        await WriteAsync(sparse, cancellationToken);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(bytes, cancellationToken);
        contentBytes += bytes.Length;
    }

    public Task EndAsync(CancellationToken cancellationToken) => PadAsync(contentBytes, cancellationToken);

    /// <summary>Two empty records: the archive's end.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await destination.WriteAsync(Padding, cancellationToken);
        await destination.WriteAsync(Padding, cancellationToken);
        await destination.FlushAsync(cancellationToken);
    }

    private static PaxRecords PaxOf(ManifestEntry entry, byte[] name, byte[] target, TarSparseMap? map, long content)
    {
        var pax = new PaxRecords();
        if (!System.Text.Unicode.Utf8.IsValid(name) || !System.Text.Unicode.Utf8.IsValid(target))
        {
            pax.Add("hdrcharset", "BINARY");
        }

        if (map is not null)
        {
            pax.Add("GNU.sparse.major", "1");
            pax.Add("GNU.sparse.minor", "0");
            pax.Add("GNU.sparse.name"u8, name);
            pax.Add("GNU.sparse.realsize", entry.Attributes.Size);
        }
        else
        {
            pax.Add("path"u8, name);
        }

        if (target.Length > 0)
        {
            pax.Add("linkpath"u8, target);
        }

        if (content > MaxOctal12)
        {
            pax.Add("size", content);
        }

        pax.Add("mtime", Seconds(entry.Attributes.MtimeNs));
        pax.Add("uid", entry.Attributes.Uid);
        pax.Add("gid", entry.Attributes.Gid);
        if (entry.Owner.Length > 0)
        {
            pax.Add("uname", entry.Owner);
        }

        if (entry.Group.Length > 0)
        {
            pax.Add("gname", entry.Group);
        }

        foreach (var (attribute, value) in entry.ExtendedAttributes)
        {
            pax.Add(Raw("SCHILY.xattr." + attribute), value.Span);
        }

        return pax;
    }

    private static byte[] Header(byte type, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target, ManifestEntry entry, long size)
    {
        var attributes = entry.Attributes;
        var header = new byte[RecordBytes];
        name[..Math.Min(name.Length, NameBytes)].CopyTo(header);
        Octal(header.AsSpan(100, 8), attributes.Mode);
        Octal(header.AsSpan(108, 8), attributes.Uid <= MaxOctal8 ? attributes.Uid : 0);
        Octal(header.AsSpan(116, 8), attributes.Gid <= MaxOctal8 ? attributes.Gid : 0);
        Octal(header.AsSpan(124, 12), size <= MaxOctal12 ? size : 0);
        Octal(header.AsSpan(136, 12), Math.Clamp(attributes.MtimeNs / 1_000_000_000, 0, MaxOctal12));
        header.AsSpan(148, 8).Fill((byte)' ');
        header[156] = type;
        target[..Math.Min(target.Length, NameBytes)].CopyTo(header.AsSpan(157));
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        var sum = 0;
        foreach (var value in header)
        {
            sum += value;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148, 8));
        return header;
    }

    private static byte TypeOf(ManifestEntry entry) => entry switch
    {
        { Kind: EntryKind.Directory } => (byte)'5',
        { Kind: EntryKind.Symlink } => (byte)'2',
        { LinkedTo: not null } => (byte)'1',
        _ => (byte)'0',
    };

    private static void Octal(Span<byte> field, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(field.Length - 1, '0'), field);

    // Behind the point always nine digits.
    private static string Seconds(long ns)
    {
        var magnitude = ns < 0 ? 0 - (ulong)ns : (ulong)ns;
        var (seconds, rest) = Math.DivRem(magnitude, 1_000_000_000UL);
        return string.Create(CultureInfo.InvariantCulture, $"{(ns < 0 ? "-" : "")}{seconds}.{rest:d9}");
    }

    private static string Short(string path) => path.Length <= 40 ? path : path[^40..];

    private static byte[] Raw(string text)
    {
        var bytes = new byte[RawText.CountBytes(text)];
        RawText.Encode(text, bytes);
        return bytes;
    }

    private async Task PadAsync(long written, CancellationToken cancellationToken)
    {
        var rest = (int)(written % RecordBytes);
        if (rest > 0)
        {
            await destination.WriteAsync(Padding.AsMemory(rest), cancellationToken);
        }
    }
}
