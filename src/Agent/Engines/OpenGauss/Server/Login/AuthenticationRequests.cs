namespace Cairn.Agent.Engines.OpenGauss.Server.Login;

/// <summary>What openGauss asks for by numbers that mean something else in PostgreSQL.</summary>
internal static class AuthenticationRequests
{
    /// <summary>Its own SHA256 login.</summary>
    public const int Sha256 = 10;

    /// <summary>MD5 over a password that is kept as SHA256.</summary>
    public const int Md5Sha256 = 11;

    /// <summary>SHA256 after an RFC.</summary>
    public const int Sha256Rfc = 12;

    /// <summary>The SM3 login.</summary>
    public const int Sm3 = 13;

    /// <summary>For messages.</summary>
    public static string NameOf(int request) => request switch
    {
        Md5Sha256 => "MD5 over a SHA256 password (11)",
        Sha256Rfc => "SHA256 after the RFC (12)",
        Sm3 => "SM3 (13)",
        _ => $"login {request}",
    };
}
