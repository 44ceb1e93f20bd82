using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class TlsTests : IDisposable
{
    private readonly Certificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task Both_sides_prove_who_they_are()
    {
        await using var host = await StartAsync();
        var (identity, all) = (Array.Empty<string>(), Array.Empty<string>());
        host.Behaviour.One = (_, context) =>
        {
            identity = [.. context.AuthContext.PeerIdentity.Select(property => property.Value)];
            all = [.. context.AuthContext.Properties.Select(property => $"{property.Name}={property.Value}").Order()];
            return Task.FromResult(new Answer { Text = context.AuthContext.IsPeerAuthenticated ? "known" : "unknown" });
        };
        using var channel = Open(host, certificates.Sign("agent-1", "agent-1.test"));

        var answer = await new Probe.ProbeClient(channel).OneAsync(new Ask());

        Assert.Equal("known", answer.Text);
        Assert.Equal(["agent-1.test"], identity);
        Assert.Equal(["x509_common_name=agent-1", "x509_subject_alternative_name=agent-1.test"], all);
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_not_served()
    {
        await using var host = await StartAsync();
        using var channel = Open(host, certificate: null);

        AssertUnavailable(await FailureAsync(channel));
    }

    [Fact]
    public async Task A_client_whose_certificate_has_expired_is_not_served()
    {
        await using var host = await StartAsync();
        using var channel = Open(host, certificates.Sign("agent-1", age: TimeSpan.FromDays(1.5)));

        AssertUnavailable(await FailureAsync(channel));
    }

    [Fact]
    public async Task A_client_whose_certificate_does_not_hold_yet_is_not_served()
    {
        await using var host = await StartAsync();
        using var channel = Open(host, certificates.Sign("agent-1", age: TimeSpan.FromDays(-3)));

        AssertUnavailable(await FailureAsync(channel));
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(-3)]
    public async Task A_server_whose_certificate_does_not_hold_now_is_not_called(double ageDays)
    {
        await using var host = await StartAsync(certificates.Sign("coordinator", age: TimeSpan.FromDays(ageDays)));
        using var channel = Open(host, certificates.Sign("agent-1"));

        AssertUnavailable(await FailureAsync(channel));
    }

    [Fact]
    public async Task A_server_under_another_name_is_not_called()
    {
        await using var host = await StartAsync(certificates.Sign("coordinator", hasLoopback: false, dnsName: "other.test"));
        using var channel = Open(host, certificates.Sign("agent-1"));

        AssertUnavailable(await FailureAsync(channel));
    }

    [Fact]
    public async Task A_refused_client_takes_nothing_from_the_others()
    {
        await using var host = await StartAsync();
        using var good = Open(host, certificates.Sign("agent-1"));
        using var bad = Open(host, certificate: null);
        using var open = new Probe.ProbeClient(good).Talk();
        await open.RequestStream.WriteAsync(new Ask { Count = 1 });
        Assert.True(await open.ResponseStream.MoveNext());

        for (var i = 0; i < 20; i++)
        {
            AssertUnavailable(await FailureAsync(bad));
        }

        await open.RequestStream.WriteAsync(new Ask { Count = 2 });
        Assert.True(await open.ResponseStream.MoveNext());
        Assert.Equal(2, open.ResponseStream.Current.Count);
    }

    [Fact]
    public async Task A_client_of_another_authority_is_not_served()
    {
        await using var host = await StartAsync();
        using var others = new Certificates();
        using var channel = Open(host, others.Sign("agent-1"));

        AssertUnavailable(await FailureAsync(channel));
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_called()
    {
        await using var host = await StartAsync();
        using var others = new Certificates();
        using var channel = Open(host, certificates.Sign("agent-1"), others.Trust);

        AssertUnavailable(await FailureAsync(channel));
    }

    [Fact]
    public async Task Credentials_of_channel_and_call_travel_with_every_call_over_tls()
    {
        await using var host = await StartAsync();
        var seen = Array.Empty<string>();
        host.Behaviour.One = (_, context) =>
        {
            seen = [.. context.RequestHeaders.GetAll("authorization").Select(entry => entry.Value)];
            return Task.FromResult(new Answer());
        };
        AuthInterceptorContext? asked = null;
        var ofChannel = CallCredentials.FromInterceptor((context, metadata) =>
        {
            asked = context;
            metadata.Add("authorization", "channel");
            return Task.CompletedTask;
        });
        var ofCall = CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("authorization", "call");
            return Task.CompletedTask;
        });
        using var channel = Open(
            host, certificates.Sign("agent-1"), credentials: ChannelCredentials.Create(ChannelCredentials.SecureSsl, ofChannel));

        await new Probe.ProbeClient(channel).OneAsync(new Ask(), new CallOptions(credentials: ofCall));

        Assert.Equal("channel, call", string.Join(", ", seen));
        Assert.Equal((host.Address + "/rpc.tests.Probe", "One"), (asked!.ServiceUrl, asked.MethodName));
    }

    private static GrpcChannel Open(
        ProbeHost host, X509Certificate2? certificate, X509ChainPolicy trust, ChannelCredentials? credentials = null)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trust,
                ClientCertificates = certificate is null ? null : [certificate],
            },
        };
        return GrpcChannel.ForAddress(
            host.Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, Credentials = credentials });
    }

    private static async Task<RpcException> FailureAsync(GrpcChannel channel)
    {
        using var call = new Probe.ProbeClient(channel).OneAsync(new Ask());
        return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));
    }

    private static void AssertUnavailable(RpcException failure) =>
        Assert.True(failure.StatusCode == StatusCode.Unavailable, failure.ToString());

    private GrpcChannel Open(ProbeHost host, X509Certificate2? certificate, ChannelCredentials? credentials = null) =>
        Open(host, certificate, certificates.Trust, credentials);

    private Task<ProbeHost> StartAsync(X509Certificate2? own = null) => ProbeHost.StartAsync(listen: listen => listen.UseHttps(https =>
    {
        https.ServerCertificate = own ?? certificates.Sign("coordinator");
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, _) =>
        {
            using var chain = new X509Chain { ChainPolicy = certificates.Trust };
            return chain.Build(certificate);
        };
    }));
}
