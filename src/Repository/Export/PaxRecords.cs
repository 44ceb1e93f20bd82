using System.Globalization;
using System.Text;

namespace Cairn.Repository;

/// <summary>
/// The records of a pax extended header: <c>LENGTH KEY=VALUE LF</c>, where LENGTH counts the whole record, itself included. Values are bytes: names of any
/// encoding and binary attributes.
/// </summary>
internal sealed class PaxRecords
{
    private readonly List<byte> bytes = [];

    public byte[] Build() => [.. bytes];

    public void Add(string key, string value) => Add(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    public void Add(string key, long value) => Add(key, value.ToString(CultureInfo.InvariantCulture));

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var rest = key.Length + value.Length + 3;
        var length = rest + 1;
        while (length.ToString(CultureInfo.InvariantCulture).Length + rest != length)
        {
            length = length.ToString(CultureInfo.InvariantCulture).Length + rest;
        }

        bytes.AddRange(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        bytes.Add((byte)' ');
        bytes.AddRange(key);
        bytes.Add((byte)'=');
        bytes.AddRange(value);
        bytes.Add((byte)'\n');
    }
}
