using Cairn.Shared.Errors;

namespace Cairn.Shared.Security.Certificates;

/// <summary>
/// The identity that this process has now. New connections use the newest; running ones go on with what they began with.
/// May be used from any thread.
/// </summary>
public sealed class IdentityStore
{
    private readonly Func<LocalIdentity> load;
    private volatile LocalIdentity current;

    /// <param name="load">Reads the identity from its files.</param>
    /// <exception cref="CairnException">What <paramref name="load"/> throws.</exception>
    public IdentityStore(Func<LocalIdentity> load)
    {
        this.load = load;
        current = load();
    }

    /// <summary>The identity now.</summary>
    public LocalIdentity Current => current;

    /// <summary>Reads the files again; true when they hold something else. What cannot be read changes nothing.</summary>
    /// <exception cref="CairnException">The files cannot be used; the former identity stays.</exception>
    public bool Reload()
    {
        var found = load();
        if (found.Contents == current.Contents)
        {
            return false;
        }

        current = found;
        return true;
    }
}
