using Cairn.Repository.Tests.Restoring;

namespace Cairn.Repository.Tests.Encryption;

/// <summary>Everything that is kept of a tree, in an encrypted repository too.</summary>
public sealed class EncryptedEarlierTreeTests : EarlierTreeTests
{
    internal override RepositoryOptions Options => base.Options with { Key = TestKey.Value };
}
