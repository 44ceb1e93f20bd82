using Grpc.Core;
using Grpc.Reflection.V1;

namespace Grpc.Reflection;

/// <summary>Answers the questions of tools about the contract of this server.</summary>
internal sealed class ReflectionEndpoint(SymbolIndex symbols) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            var answer = Answer(requestStream.Current);
            answer.ValidHost = requestStream.Current.Host;
            answer.OriginalRequest = requestStream.Current;
            await responseStream.WriteAsync(answer).ConfigureAwait(false);
        }
    }

    private static ServerReflectionResponse Error(StatusCode code, string message) => new()
    {
        ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message },
    };

    private ServerReflectionResponse Answer(ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        ServerReflectionRequest.MessageRequestOneofCase.ListServices => Services(),
        ServerReflectionRequest.MessageRequestOneofCase.FileByFilename => Files(symbols.FileNamed(request.FileByFilename)),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol =>
            Files(symbols.FileDeclaring(request.FileContainingSymbol)),
        ServerReflectionRequest.MessageRequestOneofCase.None => Error(StatusCode.InvalidArgument, "The request asks nothing."),
        _ => Error(StatusCode.Unimplemented, "Extensions are not served."),
    };

    private ServerReflectionResponse Services() => new()
    {
        ListServicesResponse = new ListServiceResponse
        {
            Service = { symbols.ServiceNames.Select(name => new ServiceResponse { Name = name }) },
        },
    };

    private static ServerReflectionResponse Files(Google.Protobuf.Reflection.FileDescriptor? file) => file is null
        ? Error(StatusCode.NotFound, "Nothing of that name is known here.")
        : new ServerReflectionResponse
        {
            FileDescriptorResponse = new FileDescriptorResponse
            {
                FileDescriptorProto = { SymbolIndex.WithImports(file).Select(each => each.SerializedData) },
            },
        };
}
