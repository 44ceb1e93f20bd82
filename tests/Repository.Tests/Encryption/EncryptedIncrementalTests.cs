using Cairn.Repository.Tests.Copying;

namespace Cairn.Repository.Tests.Encryption;

/// <summary>Incrementals, all of it in an encrypted repository too.</summary>
public sealed class EncryptedIncrementalTests : IncrementalTests
{
    internal override RepositoryOptions Options => base.Options with { Key = TestKey.Value };
}
