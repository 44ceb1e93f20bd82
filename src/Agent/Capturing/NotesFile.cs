using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Agent.Native;

namespace Cairn.Agent.Capturing;

/// <summary>Keeps what an engine must remember between capture steps as JSON in the notes directory, durably.</summary>
internal static class NotesFile
{
    private const long MaxBytes = 8 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 32,
    };

    /// <summary>Reads it; null when it is not there.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static T? Read<T>(string directory, string name)
        where T : class
    {
        var path = Path.Combine(directory, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Options)
                : throw new InvalidDataException($"'{path}' is too large");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"'{path}' is damaged: {damaged.Message}", damaged);
        }
    }

    /// <summary>Writes it, and makes the directory when it is not there.</summary>
    public static void Write<T>(string directory, string name, T notes)
        where T : class
    {
        Directory.CreateDirectory(directory);
        DurableFile.Publish(Path.Combine(directory, name), JsonSerializer.SerializeToUtf8Bytes(notes, Options));
    }

    /// <summary>Removes it; it may be gone already.</summary>
    public static void Remove(string directory, string name) => DurableFile.Remove(Path.Combine(directory, name));
}
