using System.Net;
using Cairn.V1;

namespace Cairn.Security.Users;

/// <summary>Existing scripts' requests over TLS: the same users, roles, limits and audit log as every other way in.</summary>
public sealed class CompatibilityAccessTests : IAsyncLifetime, IDisposable
{
    private UserCoordinator coordinator = null!;

    // The scripts' own check of the certificate is curl's --cacert; here the way in is tried, not the way there.
    private readonly HttpClient http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });

    public async Task InitializeAsync() => coordinator = await UserCoordinator.StartAsync(TimeProvider.System);

    public async Task DisposeAsync() => await coordinator.DisposeAsync();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Without_a_credential_with_a_wrong_one_and_with_too_small_a_role_nothing_is_started()
    {
        var viewer = await coordinator.AddAsync("vera", UserRole.Viewer);
        var operatorToken = await coordinator.AddAsync("olga", UserRole.Operator);

        var nobody = await PostAsync("/backup/run?isInc=false");
        var wrong = await PostAsync("/backup/run?isInc=false&u=olga&p=guessed");
        var other = await PostAsync($"/backup/run?isInc=false&u=vera&p={operatorToken}");
        var small = await PostAsync($"/backup/run?isInc=false&u=vera&p={viewer}");

        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden],
            [nobody, wrong, other, small]);
        Assert.Contains(coordinator.Audited(record => record.Outcome == "NOT_ALLOWED"), entry => entry.Who == "user vera");
        Assert.Empty((await coordinator.Admin.ListJobsAsync(new ListJobsRequest())).Jobs);
    }

    [Fact]
    public async Task A_user_with_the_role_starts_a_job_by_u_and_p_and_by_a_bearer_token_and_is_audited()
    {
        var token = await coordinator.AddAsync("olga", UserRole.Operator);

        await PostAsync($"/debug/ctrl?mod=backup&isInc=false&u=olga&p={token}");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(coordinator.CompatibilityUrl, "/backup/status"));
        request.Headers.Authorization = new("Bearer", token);
        using var status = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, status.StatusCode);
        Assert.Equal("olga", Assert.Single((await coordinator.Admin.ListJobsAsync(new ListJobsRequest())).Jobs).AskedBy);
        Assert.Contains(coordinator.Audited(record => record.Call == "/cairn.v1.Coordinator/RunBackup"), entry => entry.Who == "user olga");
    }

    private async Task<HttpStatusCode> PostAsync(string request)
    {
        using var response = await http.PostAsync(new Uri(coordinator.CompatibilityUrl, request), content: null);
        return response.StatusCode;
    }
}
