using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;

namespace Cairn.Coordinator.Identity;

/// <summary>
/// Brings an authority back from its sealed copy into a state directory that has none, with the revocations that stood when
/// the copy was made: agents that were enrolled go on without being touched.
/// </summary>
internal static class AuthorityRestore
{
    /// <summary>Restores, and returns the authority's id. No coordinator may run on this state.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.AuthorityUnusable"/>; <see cref="ErrorCode.AlreadyExists"/>; what the catalog throws.
    /// </exception>
    public static string Run(CoordinatorSettings settings, string sealedPath, string passphrase, TimeProvider time)
    {
        var contents = AuthoritySeal.Open(SecretFiles.ReadPublic(sealedPath), passphrase);
        using var database = CatalogDatabase.Open(settings.CatalogPath);
        var catalog = new CoordinatorCatalog(database);
        var authority = CertificateAuthority.Install(CoordinatorIdentity.DirectoryOf(settings), contents.Authority, time);
        var known = catalog.Identity.Revocations().ToDictionary(entry => entry.Node, entry => entry.At, StringComparer.Ordinal);
        foreach (var revocation in contents.Revocations)
        {
            var at = revocation.RevokedAt.ToDateTimeOffset();
            if (!known.TryGetValue(revocation.Node, out var before) || before < at)
            {
                catalog.Identity.Revoke(revocation.Node, at);
            }
        }

        return authority.Id;
    }
}
