using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.Shared.Security.Certificates;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Cli.Users;

/// <summary>
/// Has a user certified. The key is made on this host and never leaves it; credential file, certificate and key lie side by side,
/// readable by their owner only.
/// </summary>
internal sealed class UserCertificate
{
    private readonly string path;

    private UserCertificate(string path) => this.path = path;

    /// <summary>Makes sure that the files have somewhere to go, before anything is asked.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.AlreadyExists"/>.</exception>
    public static UserCertificate Require(string? path)
    {
        if (path is null)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "a certificate needs files to be kept in; nothing was done",
                "give --out FILE; certificate and key are written beside it");
        }

        foreach (var file in new[] { path, path + ".crt", path + ".key" })
        {
            if (File.Exists(file))
            {
                throw new CairnException(
                    ErrorCode.AlreadyExists,
                    $"'{file}' is there already; nothing was done",
                    "name another file, or move that one away",
                    subject: file);
            }
        }

        return new UserCertificate(path);
    }

    /// <summary>Asks for the certificate and writes the files.</summary>
    /// <exception cref="CairnException">As the coordinator refuses it; <see cref="ErrorCode.InputOutput"/>.</exception>
    public async Task IssueAsync(Invocation run, string user, CancellationToken cancellationToken)
    {
        using var key = new KeyRequest(user);
        var request = new CertifyUserRequest { User = user, SigningRequest = ByteString.CopyFrom(key.SigningRequest) };
        var answer = await run.Coordinator.CallAsync(
            options => run.Coordinator.Identity.CertifyUserAsync(request, options),
            CoordinatorSession.QuestionLimit,
            cancellationToken);
        run.Coordinator.WriteCredential(path, user, answer.Certificates, key.KeyPem);
        run.Print(answer, () => new Page()
            .Line($"the credentials of {Printable.Line(user)} are in {Printable.Line(path)}, good until {TimeText.Moment(answer.NotAfter)}")
            .Line($"before that: cairn user certificate {Printable.Line(user)} --out NEWFILE")
            .ToView());
    }
}
