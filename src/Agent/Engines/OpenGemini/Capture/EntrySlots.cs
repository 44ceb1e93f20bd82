using Cairn.Agent.Engines.OpenGemini.Raft;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>Compares the slots of a copied entry file with those of the live one.</summary>
internal static class EntrySlots
{
    /// <summary>True while every used slot of <paramref name="copy"/> stands unchanged in <paramref name="live"/>, or that is gone.</summary>
    public static bool StillBegin(string copy, string live)
    {
        var copied = Read(copy) ?? [];
        var used = 0;
        while ((used + 1) * RaftEntryFile.SlotBytes <= copied.Length
            && copied.AsSpan(used * RaftEntryFile.SlotBytes, RaftEntryFile.SlotBytes).ContainsAnyExcept((byte)0))
        {
            used++;
        }

        var length = used * RaftEntryFile.SlotBytes;
        return Read(live) is not { } now || (now.Length >= length && now.AsSpan(0, length).SequenceEqual(copied.AsSpan(0, length)));
    }

    private static byte[]? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var buffer = new byte[(int)Math.Min(RandomAccess.GetLength(file), RaftEntryFile.DataOffset)];
            var got = 0;
            while (got < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(got), got) is > 0 and var read)
            {
                got += read;
            }

            return buffer[..got];
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
