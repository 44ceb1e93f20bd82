namespace Cairn.Repository;

/// <summary>The commit record's bytes.</summary>
internal static class CommitRecordFormat
{
    public static byte[] Serialize(CommitRecord record) => throw new NotSupportedException(record.Label);

    public static CommitRecord Parse(ReadOnlySpan<byte> bytes, string path) => throw new NotSupportedException(path);
}
