namespace Grpc.AspNetCore.Server;

/// <summary>The texts of statuses that the server makes itself.</summary>
internal static class StatusMessages
{
    public const string UnknownMethod = "Method is unimplemented.";
    public const string UnknownService = "Service is unimplemented.";
    public const string HandlerThrew = "Exception was thrown by handler.";
    public const string DeadlineExceeded = "Deadline Exceeded";
    public const string NoResponse = "No message returned from method.";
    public const string OkThrown = "The handler threw an exception with status OK.";
}
