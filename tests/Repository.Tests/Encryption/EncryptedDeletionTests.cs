using Cairn.Repository.Tests.Deletion;

namespace Cairn.Repository.Tests.Encryption;

/// <summary>Deleting points, all of it in an encrypted repository too.</summary>
public sealed class EncryptedDeletionTests : DeletionTests
{
    internal override RepositoryOptions Options => base.Options with { Key = TestKey.Value };
}
