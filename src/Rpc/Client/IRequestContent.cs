namespace Grpc.Net.Client;

/// <summary>The body of a request, told when its call is over.</summary>
internal interface IRequestContent
{
    /// <summary>The call is over: nothing more is sent. May be called at any time, and more than once.</summary>
    void Close();
}
