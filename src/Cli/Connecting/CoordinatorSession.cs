using System.Runtime.CompilerServices;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Tls;
using Grpc.Core;
using Grpc.Net.Client;
using CoordinatorClient = Cairn.V1.Coordinator.CoordinatorClient;

namespace Cairn.Cli.Connecting;

/// <summary>
/// The connection to the coordinator. Every question has a deadline; every failure comes out as a
/// <see cref="CairnException"/>.
/// </summary>
internal sealed class CoordinatorSession : IDisposable
{
    /// <summary>What the coordinator answers from its own knowledge, or after asking agents for ten seconds.</summary>
    public static readonly TimeSpan QuestionLimit = TimeSpan.FromSeconds(30);

    /// <summary>Plans look at every node's point and disks; on slow disks that takes a while.</summary>
    public static readonly TimeSpan PlanLimit = TimeSpan.FromMinutes(10);

    // A coordinator that hangs, not only one that is gone, ends a watch by this.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);

    private readonly CredentialOptions? credential;
    private readonly string address;
    private readonly GrpcChannel channel;
    private readonly CoordinatorClient client;
    private readonly TimeProvider time;

    private CoordinatorSession(Uri url, CredentialOptions? credential, GrpcChannelOptions options, TimeProvider time)
    {
        this.credential = credential;
        address = url.GetLeftPart(UriPartial.Authority);
        Target = $"the coordinator at {address}";
        this.time = time;

        // Lists of many points, each with its nodes.
        options.MaxReceiveMessageSize = 64 * 1024 * 1024;
        options.ThrowOperationCanceledOnCancellation = true;
        channel = GrpcChannel.ForAddress(url, options);
        client = new CoordinatorClient(channel);
        Identity = new Cairn.V1.Identity.IdentityClient(channel);
    }

    /// <summary>
    /// A session with the coordinator that arguments, environment and credentials name; it connects when the first question
    /// is asked.
    /// </summary>
    /// <exception cref="CairnException">The address or the credentials cannot be used.</exception>
    public static CoordinatorSession Connect(
        CliEnvironment environment, string? address, string? credentials, bool insecure, TimeProvider time)
    {
        var named = FirstOf(address, environment.Coordinator);
        if (insecure)
        {
            return new CoordinatorSession(
                PartAddress.RequireUrl(named ?? CliEnvironment.InsecureCoordinator, insecure: true),
                credential: null,
                new GrpcChannelOptions { HttpHandler = MakeHandler(), DisposeHttpClient = true },
                time);
        }

        var credential = CredentialFile.Read(FirstOf(credentials, environment.Credentials, environment.StandardCredentials)
            ?? throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                "there is no credential file",
                $"name one with --credentials or {CliEnvironment.CredentialsVariable}"));
        var url = PartAddress.RequireUrl(named ?? credential.Address, insecure: false);
        return new CoordinatorSession(url, credential, CredentialTransport.ChannelOptions(credential, MakeHandler, time), time);
    }

    /// <summary>The questions about certificates, to be asked through <see cref="CallAsync"/>.</summary>
    public Cairn.V1.Identity.IdentityClient Identity { get; }

    /// <summary>The coordinator and its address, for messages.</summary>
    public string Target { get; }

    /// <summary>Asks one question.</summary>
    public Task<TResponse> AskAsync<TResponse>(
        Func<CoordinatorClient, CallOptions, AsyncUnaryCall<TResponse>> question,
        TimeSpan limit,
        CancellationToken cancellationToken) =>
        CallAsync(options => question(client, options), limit, cancellationToken);

    /// <summary>As <see cref="AskAsync"/>, of any service of the coordinator.</summary>
    public async Task<TResponse> CallAsync<TResponse>(
        Func<CallOptions, AsyncUnaryCall<TResponse>> question, TimeSpan limit, CancellationToken cancellationToken)
    {
        var deadline = (time.GetUtcNow() + limit).UtcDateTime;
        try
        {
            using var call = question(new CallOptions(null, deadline, cancellationToken));
            return await call.ResponseAsync;
        }
        catch (RpcException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(failure);
        }
    }

    /// <summary>Reads a stream to its end. It has no deadline; a peer that hangs is found by pings.</summary>
    public async IAsyncEnumerable<TResponse> ReadAsync<TResponse>(
        Func<CoordinatorClient, CallOptions, AsyncServerStreamingCall<TResponse>> question,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = question(client, new CallOptions(null, null, cancellationToken));
        while (await MoveNextAsync(call, cancellationToken))
        {
            yield return call.ResponseStream.Current;
        }
    }

    /// <summary>Writes a credential file by which <paramref name="user"/> reaches the same coordinator; mode 0600.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InputOutput"/>.</exception>
    public void WriteCredential(string path, string user, string token) => CredentialFile.Write(path, new CredentialOptions
    {
        Address = address,
        Ca = credential is null ? "" : CredentialFile.CaOf(credential),
        CoordinatorName = credential?.CoordinatorName ?? "",
        User = user,
        Token = token,
    });

    /// <summary>
    /// As the other, for a user with a certificate: the certificate and its key are put beside the credential file, as
    /// <c>.crt</c> and <c>.key</c>.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InputOutput"/>.</exception>
    public void WriteCredential(string path, string user, string certificatePem, string keyPem)
    {
        var full = Path.GetFullPath(path);
        SecretFiles.Publish(full + ".key", keyPem);
        SecretFiles.Publish(full + ".crt", certificatePem);
        CredentialFile.Write(full, new CredentialOptions
        {
            Address = address,
            Ca = credential is null ? "" : CredentialFile.CaOf(credential),
            CoordinatorName = credential?.CoordinatorName ?? "",
            User = user,
            Certificate = full + ".crt",
            Key = full + ".key",
        });
    }

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();

    private static SocketsHttpHandler MakeHandler() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        KeepAlivePingDelay = PingDelay,
        KeepAlivePingTimeout = PingDelay,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };

    private static string? FirstOf(params string?[] candidates) =>
        candidates.FirstOrDefault(candidate => !string.IsNullOrEmpty(candidate));

    private async Task<bool> MoveNextAsync<TResponse>(
        AsyncServerStreamingCall<TResponse> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken);
        }
        catch (RpcException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(failure);
        }
    }

    // A call that we did not cancel was cancelled by a coordinator on its way down.
    private CairnException Translate(RpcException failure) => failure.StatusCode == StatusCode.Cancelled
        ? new CairnException(
            ErrorCode.CoordinatorUnreachable,
            $"{Target} ended the call",
            "see that it runs, then ask again",
            cause: failure)
        : RpcErrors.FromRpc(failure, ErrorCode.CoordinatorUnreachable, Target);
}
