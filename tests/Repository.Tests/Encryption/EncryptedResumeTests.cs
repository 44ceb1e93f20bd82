using Cairn.Repository.Tests.Copying;

namespace Cairn.Repository.Tests.Encryption;

/// <summary>Interrupted copies, all of it in an encrypted repository too.</summary>
public sealed class EncryptedResumeTests : ResumeTests
{
    internal override RepositoryOptions Options => base.Options with { Key = TestKey.Value };
}
