namespace Cairn.Repository;

/// <summary>The block of source notes: a count (4) and for each the path (text, raw), the trouble (1) and the finding (text).</summary>
internal static class SourceNotesFormat
{
    /// <summary>So many are listed; all are counted.</summary>
    public const int MaxNotes = 1000;

    private const int MaxFindingBytes = 4096;

    public static byte[] Encode(IReadOnlyList<SourceNote> notes)
    {
        var writer = new ByteWriter();
        writer.U32((uint)notes.Count);
        foreach (var note in notes)
        {
            writer.RawText(note.Path);
            writer.U8((byte)note.Trouble);
            writer.Text(note.Finding.Length > MaxFindingBytes / 3 ? note.Finding[..(MaxFindingBytes / 3)] : note.Finding);
        }

        return writer.Written.ToArray();
    }

    public static IReadOnlyList<SourceNote> Decode(ReadOnlySpan<byte> plain)
    {
        var reader = new ByteReader(plain);
        var count = reader.U32();
        if (count is 0 or > MaxNotes)
        {
            throw new InvalidDataException($"{count} source notes");
        }

        var notes = new List<SourceNote>();
        for (; count > 0; count--)
        {
            var note = new SourceNote(
                reader.RawText(EntryRules.MaxPathBytes, "a path"), (SourceTrouble)reader.U8(), reader.Text(MaxFindingBytes, "a finding"));
            notes.Add(Enum.IsDefined(note.Trouble) ? note : throw new InvalidDataException($"source trouble {(int)note.Trouble} is unknown"));
        }

        reader.End();
        return notes;
    }
}
