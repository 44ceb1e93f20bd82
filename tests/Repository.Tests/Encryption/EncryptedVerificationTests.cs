using Cairn.Repository.Tests.Verification;

namespace Cairn.Repository.Tests.Encryption;

/// <summary>Damage that is found, all of it in an encrypted repository too.</summary>
public sealed class EncryptedVerificationTests : VerificationTests
{
    internal override RepositoryOptions Options => base.Options with { Key = TestKey.Value };
}
