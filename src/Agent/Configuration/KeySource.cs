using Cairn.Repository;

namespace Cairn.Agent.Configuration;

/// <summary>Where the repository's key comes from. It is read each time that it is needed, and not kept.</summary>
/// <param name="Kind">What is there.</param>
/// <param name="Place">A file's path, or a variable's name.</param>
internal sealed record KeySource(KeySourceKind Kind, string Place)
{
    /// <summary>The key; the caller disposes it.</summary>
    /// <exception cref="KeyMaterialException">It is not there, or is none.</exception>
    public RepositoryKey Read() => Kind switch
    {
        KeySourceKind.PassphraseFile => RepositoryKey.FromPassphraseFile(Place),
        KeySourceKind.KeyFile => RepositoryKey.FromKeyFile(Place),
        _ => RepositoryKey.FromPassphrase(Environment.GetEnvironmentVariable(Place) ?? "", $"environment variable {Place}"),
    };

    /// <summary>What the operator wrote; null when nothing. Problems name <paramref name="key"/>.</summary>
    public static KeySource? From(EncryptionOptions options, string key, ICollection<string> problems)
    {
        var given = new (KeySourceKind Kind, string Name, string Place)[]
        {
            (KeySourceKind.PassphraseFile, "passphrase-file", options.PassphraseFile),
            (KeySourceKind.PassphraseVariable, "passphrase-variable", options.PassphraseVariable),
            (KeySourceKind.KeyFile, "key-file", options.KeyFile),
        }.Where(source => source.Place.Length > 0).ToList();
        if (given.Count > 1)
        {
            problems.Add($"{key}: {string.Join(" and ", given.Select(source => source.Name))} are given; one is expected");
        }

        foreach (var (_, name, place) in given.Where(g => g.Kind != KeySourceKind.PassphraseVariable && !Path.IsPathFullyQualified(g.Place)))
        {
            problems.Add($"{key}.{name}: '{place}' is not an absolute path");
        }

        return given.Count == 0 ? null : new KeySource(given[0].Kind, given[0].Place);
    }
}
