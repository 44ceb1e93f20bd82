using Cairn.Shared.Errors;

namespace Cairn.Shared.Security;

/// <summary>Why what a caller showed was not accepted. It is answered and audited under its own code.</summary>
/// <param name="Code">E.g. <see cref="ErrorCode.CertificateExpired"/>.</param>
/// <param name="Message">What was found; names of certificates, never their secrets.</param>
/// <param name="WayOut">What to do about it.</param>
public sealed record CallerRefusal(ErrorCode Code, string Message, string WayOut)
{
    /// <summary>The refusal as the failure that the caller meets.</summary>
    public CairnException ToFailure() => new(Code, Message, WayOut);
}
