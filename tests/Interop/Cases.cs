namespace Interop;

/// <summary>The cases that all peers must pass in both directions.</summary>
public static class Cases
{
    public static TheoryData<string> All { get; } =
    [
        "empty_unary",
        "large_unary",
        "client_streaming",
        "server_streaming",
        "ping_pong",
        "empty_stream",
        "custom_metadata",
        "status_code_and_message",
        "special_status_message",
        "unimplemented_method",
        "unimplemented_service",
        "cancel_after_begin",
        "cancel_after_first_response",
        "timeout_on_sleeping_server",
        "concurrent_large_unary",
    ];
}
