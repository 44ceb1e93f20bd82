using System.Text;
using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Agent.Engines.OpenGauss.Server.Login;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

/// <summary>The SHA256 login of openGauss, through which Npgsql then speaks as if it had let it in itself.</summary>
public sealed class LoginTests : IDisposable
{
    private const string Password = "Gauss@123 ß";
    private const string Version = "(openGauss 6.0.0 build aee4abd5) compiled at 2024-09-29 19:14:27 on x86_64-unknown-linux-gnu";

    private readonly TestDirectory files = new();

    public LoginTests()
    {
        files.Write("data/PG_VERSION", "9.2\n");
        Directory.CreateDirectory(files.At("data", "pg_xlog"));
        files.Write("password", Password + "\n");
    }

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(10_000)]
    [InlineData(2048)]
    [InlineData(3333)]
    public async Task The_right_password_is_let_in_and_the_session_speaks_as_any_other(int iterations)
    {
        await using var server = new OpenGaussDouble(Password, iterations) { Answers = { ["version()"] = [Version, "90204"] } };

        await using var session = await OpenAsync(server);
        await session.AskAsync("SELECT 1::text", CancellationToken.None);

        Assert.Equal("opengauss", session.Dialect.Name);
        Assert.Equal((3 << 16) | 51, server.Protocol);
        Assert.Equal(("backup", "postgres"), (server.Named["user"], server.Named["database"]));
        Assert.Equal("SELECT 1::text", server.Asked[^1]);
        Assert.Equal(1, server.Tried);
    }

    [Fact]
    public async Task The_session_that_holds_a_backup_is_not_ended_for_being_silent()
    {
        await using var server = new OpenGaussDouble(Password)
        {
            Answers = { ["version()"] = [Version, "90204"], ["pg_start_backup"] = ["0/2000028"], ["pg_stop_backup"] = ["0/2000100", "LABEL\n", ""] },
        };
        var configuration = Configuration(server.Port);
        await using var backup = new HeldBackup(await OpenAsync(server), configuration, TimeProvider.System);

        var (lsn, kept) = await backup.StartAsync("nightly", slot: "cairn_1", hurry: true, CancellationToken.None);
        var end = await backup.StopAsync(CancellationToken.None);

        Assert.Equal(("0/2000028", ""), (lsn, kept));
        Assert.Equal(new BackupEnd("0/2000100", "LABEL\n", ""), end);
        Assert.Equal(
            ["SET session_timeout = 0", "SET statement_timeout = 0", "SELECT pg_start_backup($1::text, $2::text::boolean, false)::text"],
            server.Asked.SkipWhile(sql => !sql.StartsWith("SET", StringComparison.Ordinal)).Take(3));
    }

    [Fact]
    public async Task A_wrong_password_is_told_once_and_never_tried_again()
    {
        await using var server = new OpenGaussDouble("another");

        var refused = await RefusedAsync(server);

        Assert.Equal(ErrorCode.PermissionMissing, refused.Code);
        Assert.Contains("login denied", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Tried);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(2048)]
    public async Task A_server_that_gives_its_proof_instead_of_a_count_is_believed_when_the_proof_is_right(int iterations)
    {
        await using var server = new OpenGaussDouble(Password, iterations) { Proof = proof => proof, Answers = { ["version()"] = [Version, "90204"] } };

        await using var session = await OpenAsync(server);

        Assert.Equal("opengauss", session.Dialect.Name);
    }

    [Fact]
    public async Task A_wrong_proof_of_the_server_is_answered_with_nothing()
    {
        await using var server = new OpenGaussDouble(Password) { Proof = proof => [.. proof.Select((one, i) => i == 31 ? (byte)(one ^ 1) : one)] };

        var refused = await RefusedAsync(server);

        Assert.Equal(ErrorCode.PermissionMissing, refused.Code);
        Assert.Contains("proof", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Tried);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(2047)]
    [InlineData(1_000_001)]
    [InlineData(int.MaxValue)]
    public async Task A_count_that_nobody_would_set_is_refused_before_anything_is_reckoned(int claimed)
    {
        await using var server = new OpenGaussDouble(Password) { ClaimedIterations = claimed };

        var refused = await RefusedAsync(server);

        Assert.Equal(ErrorCode.PermissionMissing, refused.Code);
        Assert.Contains($"hashed {claimed} times", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Tried);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Other_logins_of_openGauss_are_named_and_refused(int request)
    {
        await using var server = new OpenGaussDouble(Password) { Request = request };

        var refused = await RefusedAsync(server);

        Assert.Equal(ErrorCode.PermissionMissing, refused.Code);
        Assert.Contains($"({request})", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Tried);
    }

    [Fact]
    public async Task A_server_that_asks_for_nothing_lets_in()
    {
        await using var server = new OpenGaussDouble(Password) { Trusts = true, Answers = { ["version()"] = [Version, "90204"] } };

        await using var session = await OpenAsync(server);

        Assert.Equal("opengauss", session.Dialect.Name);
        Assert.Equal(0, server.Tried);
    }

    [Fact]
    public async Task A_server_that_is_away_is_told_as_such()
    {
        int port;
        await using (var gone = new OpenGaussDouble(Password))
        {
            port = gone.Port;
        }

        var refused = await Assert.ThrowsAsync<CairnException>(() => ServerSession.OpenAsync(Configuration(port), new EngineLimits(), database: null, CancellationToken.None));

        Assert.Equal(ErrorCode.InstanceNotRunning, refused.Code);
    }

    [Fact]
    public async Task Another_process_is_not_let_in_to_the_relay()
    {
        await using var server = new OpenGaussDouble(Password);
        await using var relay = LoginRelay.Start("127.0.0.1", server.Port, Password);
        var script = $"import socket; s = socket.socket(socket.AF_UNIX); s.connect('\\0{relay.Host[1..]}/.s.PGSQL.{LoginRelay.Port}'); print(len(s.recv(1)))";
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("python3", ["-c", script]) { RedirectStandardOutput = true })!;

        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal("0", said.Trim());
        Assert.Equal(0, server.Protocol);
    }

    [Theory]
    [InlineData("00000001", 64, 8, 8)]
    [InlineData("00000002", 64, 8, 6)]
    [InlineData("00000002", 63, 8, 8)]
    public void A_question_of_another_form_is_refused(string method, int salt, int token, int rest)
    {
        byte[] body =
        [
            .. Convert.FromHexString(method), .. Encoding.ASCII.GetBytes(new string('0', salt)), .. Encoding.ASCII.GetBytes(new string('0', token)), .. new byte[rest / 2],
        ];

        Assert.Throws<LoginException>(() => Sha256Question.Parse(body));
    }

    [Fact]
    public void Salt_and_token_must_be_hexadecimal_digits()
    {
        byte[] body = [0, 0, 0, 2, .. Encoding.ASCII.GetBytes(new string('x', 72)), 0, 0, 39, 16];

        Assert.Contains("hexadecimal", Assert.Throws<LoginException>(() => Sha256Question.Parse(body)).Message, StringComparison.Ordinal);
    }

    private Task<ServerSession> OpenAsync(OpenGaussDouble server) =>
        ServerSession.OpenAsync(Configuration(server.Port), new EngineLimits { Question = TimeSpan.FromSeconds(60) }, database: null, CancellationToken.None);

    private Task<CairnException> RefusedAsync(OpenGaussDouble server) => Assert.ThrowsAsync<CairnException>(() => OpenAsync(server));

    private ServerConfiguration Configuration(int port) =>
        new(files.At("data"), "127.0.0.1", port, "backup", "postgres", files.At("password"), null, "here:data");
}
