using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Deleting;
using Cairn.Agent.Describe;
using Cairn.Agent.Exporting;
using Cairn.Agent.Identity;
using Cairn.Agent.Journal;
using Cairn.Agent.Registration;
using Cairn.Agent.Restore;
using Cairn.Agent.Service;
using Cairn.Agent.Services;
using Cairn.Agent.Tasks;
using Cairn.Shared.Calls;
using Cairn.Shared.Errors;
using Cairn.Shared.Logging;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.Shared.Security.Tls;
using Cairn.Shared.Serving;
using Grpc.HealthCheck;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Hosting;

/// <summary>Puts the agent together.</summary>
internal static class AgentHost
{
    /// <summary>The agent as a web application that has not started. Opens the journal, which takes its lock.</summary>
    /// <exception cref="CairnException">
    /// The journal is damaged or another agent has it; <see cref="ErrorCode.NotEnrolled"/>; the certificates cannot be used.
    /// </exception>
    public static WebApplication Build(AgentSettings settings, TimeProvider time, IStepHook hook)
    {
        var identities = settings.Insecure ? null : AgentIdentity.Open(settings, time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddCairnLogging(settings.LogFile, LogLevel.Information);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            ServerTransport.Bound(kestrel);
            kestrel.Listen(settings.Listen, listen =>
            {
                listen.BoundConnections(settings.Peers);
                listen.Protocols = HttpProtocols.Http2;
                if (identities is not null)
                {
                    listen.UseIdentity(identities, settings.Handshake);
                }
            });
        });
        var services = builder.Services;
        services.AddParts(settings, time, hook, identities);
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = settings.Peers.RequestBytes;
            options.Interceptors.Add<ServedCallInterceptor>();
            options.Interceptors.Add<ErrorInterceptor>();
            options.Interceptors.Add<AccessInterceptor>();
        });

        services.AddGrpcHealthChecks();
        if (settings.Reflection)
        {
            services.AddGrpcReflection();
        }

        var application = builder.Build();
        application.Services.GetRequiredService<AgentJournal>();
        application.Use(application.Services.GetRequiredService<UnprovenRequests>().InvokeAsync);
        application.MapGrpcService<AgentService>();

        // Not by MapGrpcHealthChecksService: the official one answers for checks of the application only, not for what is set by name.
        application.MapGrpcService<HealthServiceImpl>();
        if (settings.Reflection)
        {
            application.MapGrpcReflectionService();
        }

        return application;
    }

    /// <summary>Registers everything of the agent but its server.</summary>
    public static void AddParts(
        this IServiceCollection services, AgentSettings settings, TimeProvider time, IStepHook hook, IdentityStore? identities)
    {
        services.AddSingleton(settings);
        services.AddSingleton(settings.Engines);
        services.AddSingleton(time);
        services.AddSingleton(Random.Shared);
        services.AddSingleton(new ServerIdentity(settings.Node));

        // Made by the container, so that they are disposed with it: the next agent needs the journal's lock.
        services.AddSingleton(_ => AgentJournal.Open(settings.Node, settings.StateDirectory));
        services.AddSingleton(_ => CoordinatorChannel.Open(settings.Coordinator, identities, time));
        services.AddSingleton(provider => provider.GetRequiredService<GrpcChannel>().CreateCallInvoker());
        services.AddSingleton(hook);
        services.AddIdentity(identities);
        services.AddCapabilities();
    }

    private static void AddIdentity(this IServiceCollection services, IdentityStore? identities)
    {
        services.AddSingleton(new TransportSecurity(IsInsecure: identities is null));
        services.AddSingleton(provider => provider.GetRequiredService<AgentSettings>().Peers);
        services.AddSingleton<FailureGate>();
        services.AddSingleton<AccessRefusals>();
        services.AddSingleton<UnprovenRequests>();
        services.AddSingleton<IAccessWatch, LoggedAccessWatch>();
        if (identities is null)
        {
            services.AddSingleton<ICallerSource>(new InsecureCallerSource(
                new Caller(CallerKind.Coordinator, "insecure", Role: null, Address: null, Refusal: null)));
            return;
        }

        services.AddSingleton(identities);
        services.AddSingleton<IRevocations, NoRevocations>();
        services.AddSingleton<ICallerSource, CertificateCallerSource>();
        services.AddHostedService<IdentityUpkeep>();
    }

    private static void AddCapabilities(this IServiceCollection services)
    {
        services.AddRestores();
        services.AddSingleton<BackupChecks>();
        services.AddSingleton<CaptureDirectories>();
        services.AddSingleton<CaptureDesk>();
        services.AddSingleton<CaptureSteps>();
        services.AddSingleton<MetadataExchange>();
        services.AddSingleton<PointCopy>();
        services.AddSingleton<PointCommit>();
        services.AddSingleton<PointVerification>();
        services.AddSingleton<PointDeletion>();
        services.AddSingleton<ExportPlaces>();
        services.AddSingleton<PointExport>();
        services.AddSingleton<PointCatalogue>();
        services.AddSingleton<NodeDescriber>();
        services.AddSingleton<CoordinatorClient>();
        services.AddSingleton<BoundAddress>();
        services.AddSingleton<AgentService>();
        services.AddSingleton(provider => new TaskDesk(
            provider.GetRequiredService<AgentSettings>(),
            provider.GetRequiredService<AgentJournal>(),
            AgentCommands.All(
                provider.GetRequiredService<CaptureSteps>(),
                provider.GetRequiredService<CaptureDesk>(),
                provider.GetRequiredService<PointCopy>(),
                provider.GetRequiredService<PointCommit>(),
                provider.GetRequiredService<PointVerification>(),
                provider.GetRequiredService<PointDeletion>(),
                provider.GetRequiredService<PointExport>(),
                provider.GetRequiredService<ServiceDesk>(),
                provider.GetRequiredService<RestoreStage>(),
                provider.GetRequiredService<RestoreDesk>(),
                provider.GetRequiredService<ObjectAdoption>()),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TaskDesk>>()));

        // In this order: what was cut off is taken up before commands come in, which the server, being last, lets in.
        services.AddHostedService<AgentStart>();
        services.AddHostedService<TaskResumption>();
        services.AddHostedService<RestoreRecovery>();
        services.AddHostedService<CaptureWatch>();
        services.AddHostedService<JournalPruning>();
        services.AddHostedService<InstanceHealth>();
        services.AddHostedService<RegistrationLoop>();
    }
}
