using Cairn.Repository.Tests.Attributes;

namespace Cairn.Repository.Tests.Encryption;

/// <summary>Everything that is kept of a tree, in an encrypted repository too.</summary>
public sealed class EncryptedKeptTests : KeptTests
{
    internal override RepositoryOptions Options => base.Options with { Key = TestKey.Value };
}
