namespace Cairn.Agent.Engines.OpenGemini.Raft;

/// <summary>Walks the fields of a protobuf message; hostile input ends it with <see cref="InvalidDataException"/>.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    /// <summary>The number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>Its value when it is a varint, else 0.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its bytes when it is length-delimited, else empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Moves to the next field; false at the end.</summary>
    /// <exception cref="InvalidDataException">It is not a protobuf message.</exception>
    public bool Next()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        Field = (int)Math.Min(tag >> 3, int.MaxValue);
        Number = 0;
        Bytes = [];
        switch (tag & 7)
        {
            case 0:
                Number = Varint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                var length = Varint();
                Bytes = length <= (ulong)rest.Length ? Take((int)length) : throw new InvalidDataException("a field runs over the end");
                break;
            case 5:
                Take(4);
                break;
            default:
                throw new InvalidDataException("a field has an unknown wire type");
        }

        return Field > 0 ? true : throw new InvalidDataException("a field has the number 0");
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number has no end");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
        {
            throw new InvalidDataException("the message is cut short");
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
