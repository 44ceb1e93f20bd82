using System.Net;
using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Backups;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Compatibility;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Deleting;
using Cairn.Coordinator.Exporting;
using Cairn.Coordinator.Identity;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Owed;
using Cairn.Coordinator.Plans;
using Cairn.Coordinator.Points;
using Cairn.Coordinator.Rebuild;
using Cairn.Coordinator.Restores;
using Cairn.Coordinator.Topology;
using Cairn.Coordinator.Users;
using Cairn.Coordinator.Verifying;
using Cairn.Shared.Calls;
using Cairn.Shared.Errors;
using Cairn.Shared.Logging;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.Shared.Security.Tls;
using Cairn.Shared.Serving;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Service;

/// <summary>Puts the coordinator together. The catalog is opened before anything listens, and closed last.</summary>
internal static class CoordinatorHost
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A coordinator that is ready to be started.</summary>
    /// <exception cref="CairnException">The catalog cannot be used.</exception>
    public static WebApplication Build(CoordinatorSettings settings, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddCairnLogging(settings.LogFile, LogLevel.Information);
        var identity = settings.Insecure ? null : CoordinatorIdentity.Open(settings, time);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            ServerTransport.Bound(kestrel);
            kestrel.Listen(settings.Listen, listen =>
            {
                listen.BoundConnections(settings.Peers);
                listen.Protocols = HttpProtocols.Http2;
                if (identity is not null)
                {
                    listen.UseIdentity(identity.Store, settings.Limits.Handshake);
                }
            });
        });
        if (settings.Compatibility is { } compatibility)
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(compatibility.Listen, listen =>
            {
                listen.BoundConnections(settings.Peers);
                listen.Protocols = HttpProtocols.Http1;
                if (identity is not null)
                {
                    listen.UseIdentity(identity.Store, settings.Limits.Handshake);
                }
            }));
            builder.Services.AddSingleton(compatibility).AddSingleton<CompatibilityAccess>().AddSingleton<CompatibilitySurface>();
        }

        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopTimeout);
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = settings.Peers.RequestBytes;
            grpc.Interceptors.Add<ServedCallInterceptor>();
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<AccessInterceptor>();
            grpc.Interceptors.Add<AuditInterceptor>();
        });
        builder.Services.AddGrpcHealthChecks();
        if (settings.Reflection)
        {
            builder.Services.AddGrpcReflection();
        }

        builder.Services.AddParts(settings, time, identity);

        var app = builder.Build();
        Open(app.Services, settings);
        app.Use(app.Services.GetRequiredService<UnprovenRequests>().InvokeAsync);
        if (app.Services.GetService<CompatibilitySurface>() is { } surface)
        {
            // gRPC speaks HTTP/2 alone, and this port HTTP/1.1 alone.
            app.MapWhen(call => HttpProtocol.IsHttp11(call.Request.Protocol) || HttpProtocol.IsHttp10(call.Request.Protocol), branch => branch.Run(surface.AnswerAsync));
        }

        app.UseRouting();
        app.MapGrpcService<CoordinatorService>();
        if (identity is not null)
        {
            app.MapGrpcService<IdentityService>();
        }

        // Not by MapGrpcHealthChecksService: the official one answers for checks of the application only, not for what is set by name.
        app.MapGrpcService<HealthServiceImpl>();
        if (settings.Reflection)
        {
            app.MapGrpcReflectionService();
        }

        AnnounceHealth(app, identity is not null);
        return app;
    }

    /// <summary>Registers everything of the coordinator but its server.</summary>
    public static void AddParts(
        this IServiceCollection services, CoordinatorSettings settings, TimeProvider time, CoordinatorIdentity? identity)
    {
        AddAccess(services, settings);
        AddCoordinator(services, settings, time);
        AddIdentity(services, settings, identity);
    }

    /// <summary>Opens what the coordinator keeps. What cannot be read or written ends the start, not the first call.</summary>
    /// <exception cref="CairnException">The catalog or the audit log cannot be used.</exception>
    public static void Open(IServiceProvider services, CoordinatorSettings settings)
    {
        DeclareClusters(services, settings);
        services.GetRequiredService<AuditLog>();
    }

    /// <summary>Where a started coordinator listens.</summary>
    public static IPEndPoint BoundTo(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        var url = new Uri(addresses.Addresses.First());
        return new IPEndPoint(IPAddress.Parse(url.Host.Trim('[', ']')), url.Port);
    }

    /// <summary>Where a started coordinator is called; one that listens everywhere is called on this host.</summary>
    public static string UrlOf(WebApplication app)
    {
        var bound = BoundTo(app);
        var isAny = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any);
        var scheme = app.Services.GetRequiredService<TransportSecurity>().IsInsecure ? "http" : "https";
        return $"{scheme}://{(isAny ? new IPEndPoint(IPAddress.Loopback, bound.Port) : bound)}";
    }

    private static void AddAccess(IServiceCollection services, CoordinatorSettings settings) => services
        .AddSingleton(settings.Peers)
        .AddSingleton<FailureGate>()
        .AddSingleton<AccessRefusals>()
        .AddSingleton<UnprovenRequests>()
        .AddSingleton(provider => provider.GetRequiredService<CoordinatorCatalog>().Users)
        .AddSingleton<FirstAdmin>()
        .AddSingleton<UserRequests>()
        .AddSingleton<JobSight>()
        .AddSingleton(provider => new AuditLog(
            Path.Combine(settings.StateDirectory, "audit"),
            provider.GetRequiredService<CoordinatorCatalog>().AuditAnchor,
            settings.Audit,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AuditLog>>()))
        .AddSingleton<AuditedCalls>()
        .AddSingleton<AuditedRefusals>()
        .AddSingleton<IAccessWatch>(provider => provider.GetRequiredService<AuditedRefusals>())
        .AddSingleton<AuditedPaths>()
        .AddSingleton<AuditRequests>();

    private static void AddCoordinator(IServiceCollection services, CoordinatorSettings settings, TimeProvider time) =>
        services
            .AddSingleton(time)
            .AddSingleton(settings.Limits)
            .AddSingleton(new ServerIdentity(""))
            .AddSingleton(_ => CatalogDatabase.Open(settings.CatalogPath))
            .AddSingleton<CoordinatorCatalog>()
            .AddSingleton<NodeDirectory>()
            .AddSingleton<AgentChannels>()
            .AddSingleton<IAgentClients>(provider => provider.GetRequiredService<AgentChannels>())
            .AddSingleton(Random.Shared)
            .AddSingleton<AgentCalls>()
            .AddSingleton<NodeRequests>()
            .AddSingleton<ClusterSurvey>()
            .AddSingleton<LockBreaking>()
            .AddSingleton<ClusterRequests>()
            .AddSingleton<PointIndex>()
            .AddSingleton<NodeTasks>()
            .AddSingleton<JobBoard>()
            .AddSingleton<JobRequests>()
            .AddSingleton<JobRunner>()
            .AddSingleton<JobStart>()
            .AddSingleton<OwedDelivery>()
            .AddSingleton<NodeLoss>()
            .AddSingleton<BackupHold>()
            .AddSingleton<BackupPlanner>()
            .AddSingleton<CaptureSteps>()
            .AddSingleton<CutCheck>()
            .AddSingleton<ClusterCapture>()
            .AddSingleton<MetadataHandOver>()
            .AddSingleton<BackupCommit>()
            .AddSingleton<BackupRequests>()
            .AddSingleton<IJobFlow, BackupFlow>()
            .AddSingleton(provider => new PlanCheck(provider.GetRequiredService<CoordinatorCatalog>().Plans))
            .AddSingleton<RestorePlanner>()
            .AddSingleton<RestoreDecision>()
            .AddSingleton<RestoreServices>()
            .AddSingleton<ObjectAdoption>()
            .AddSingleton<PastRestores>()
            .AddSingleton<RestoreRequests>()
            .AddSingleton<IJobFlow, RestoreFlow>()
            .AddSingleton<IJobFlow, UndoFlow>()
            .AddSingleton<IJobFlow, DiscardFlow>()
            .AddSingleton<PartTasks>()
            .AddSingleton<DeletionPlanner>()
            .AddSingleton<DeletionRequests>()
            .AddSingleton<IJobFlow, DeleteFlow>()
            .AddSingleton<ExportRequests>()
            .AddSingleton<IJobFlow, ExportFlow>()
            .AddSingleton<OwedDeletions>()
            .AddSingleton<CatalogRebuild>()
            .AddSingleton<VerifyRequests>()
            .AddSingleton<IJobFlow, VerifyFlow>()
            .AddHostedService(provider => provider.GetRequiredService<JobRunner>())
            .AddHostedService<OwedService>();

    private static void AddIdentity(
        IServiceCollection services, CoordinatorSettings settings, CoordinatorIdentity? identity)
    {
        services.AddSingleton(new TransportSecurity(IsInsecure: identity is null));
        services.AddSingleton<Revocations>();
        if (identity is null)
        {
            services.AddSingleton<ICallerSource>(new InsecureCallerSource(
                new Caller(CallerKind.User, "insecure", Role.Admin, Address: null, Refusal: null)));
            return;
        }

        services
            .AddSingleton(identity)
            .AddSingleton(identity.Store)
            .AddSingleton<IRevocations>(provider => provider.GetRequiredService<Revocations>())
            .AddSingleton<CertificateCallerSource>()
            .AddSingleton<ICallerSource>(provider => ActivatorUtilities.CreateInstance<UserCallerSource>(
                provider, provider.GetRequiredService<CertificateCallerSource>()))
            .AddSingleton(settings)
            .AddSingleton<AdminCredential>()
            .AddSingleton<JoinTokens>()
            .AddSingleton<IdentityRequests>()
            .AddHostedService<IdentityUpkeep>();
    }

    private static void DeclareClusters(IServiceProvider services, CoordinatorSettings settings)
    {
        var catalog = services.GetRequiredService<CoordinatorCatalog>();
        foreach (var cluster in settings.Clusters)
        {
            catalog.Clusters.Declare(cluster);
        }
    }

    // When the coordinator stops, the health service tells NOT_SERVING by itself.
    private static void AnnounceHealth(WebApplication app, bool hasIdentity)
    {
        var health = app.Services.GetRequiredService<HealthServiceImpl>();
        health.SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
        health.SetStatus("cairn.v1.Coordinator", HealthCheckResponse.Types.ServingStatus.Serving);
        if (hasIdentity)
        {
            health.SetStatus("cairn.v1.Identity", HealthCheckResponse.Types.ServingStatus.Serving);
        }
    }
}
